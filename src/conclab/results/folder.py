"""A run's folder: made under a hidden name, given its real one when it is complete."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conclab.errors import BadRequestError, UnknownNameError
from conclab.files import whole
from conclab.results.document import SCHEMA

Json = dict[str, Any]
RUN_FILE = "run.json"
INTERRUPTED = "-interrupted"
NAME = re.compile(rf"\d{{8}}T\d{{6}}Z-[0-9a-f]{{6}}(?:{INTERRUPTED})?")
SHAPE = Path(__file__).with_name("run.schema.json")


class RunFolder:
    """Where one run is kept while it grows."""

    def __init__(self, root: Path, experiment: str, *, now: datetime | None = None) -> None:
        moment = now or datetime.now(UTC)
        self.run_id = f"{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        self.created = moment.replace(microsecond=0).isoformat()
        self._parent = root / experiment
        self.path = self._parent / f".{self.run_id}.partial"

    def make(self) -> None:
        """Make the folder. Raises BadRequestError if nothing can be written there."""
        try:
            self.path.mkdir(parents=True)
            (self.path / RUN_FILE).touch()
            (self.path / RUN_FILE).unlink()
        except OSError as error:
            raise BadRequestError(
                f"can't keep results in {self._parent.parent}: {error.strerror}; "
                "give another folder with --out"
            ) from error

    def save(self, document: Json) -> None:
        """Write run.json whole. Raises OSError."""
        with whole(self.path / RUN_FILE) as temporary:
            temporary.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")

    def finish(self) -> Path:
        """Give the folder its name: it is complete."""
        return self._rename(self.run_id)

    def interrupt(self, *, keep: bool) -> Path | None:
        """Keep what there is under a name that says so, or remove the folder if there is nothing."""
        if keep:
            return self._rename(self.run_id + INTERRUPTED)
        shutil.rmtree(self.path, ignore_errors=True)
        return None

    def _rename(self, name: str) -> Path:
        self.path = self.path.rename(self._parent / name)
        return self.path


def find(root: Path, wanted: str | None) -> Path:
    """Find a run by path, by id or its beginning, by experiment (the latest), or the latest of all."""
    if wanted is not None:
        given = Path(wanted)
        if given.name == RUN_FILE and given.is_file():
            return given.parent
        if (given / RUN_FILE).is_file():
            return given
    found = (path.parent for path in root.glob(f"*/[!.]*/{RUN_FILE}"))
    folders = sorted((path for path in found if NAME.fullmatch(path.name)), key=lambda path: path.name)
    if not folders:
        raise BadRequestError(f"no runs in {root} yet; make one with: conclab run gil-cpu")
    if wanted is None:
        return folders[-1]
    matching = [path for path in folders if path.parent.name == wanted or path.name.startswith(wanted)]
    if not matching:
        names = {path.parent.name for path in folders} | {path.name for path in folders[-5:]}
        raise UnknownNameError("run", wanted, names)
    return matching[-1]


def load(folder: Path) -> Json:
    """Read a run. Raises BadRequestError for a file that is not a run of a known format."""
    path = folder / RUN_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadRequestError(f"can't read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"{path} is not a run: it is no JSON ({error})") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise BadRequestError(f"{path} has format {schema!r}; this conclab reads {SCHEMA!r}")
    _check_shape(document, path)
    return dict(document)


def _check_shape(document: Json, path: Path) -> None:
    """Refuse a run that lacks what the schema requires, before a view trips over it."""
    shape = json.loads(SHAPE.read_text(encoding="utf-8"))
    lacks = [key for key in shape["required"] if key not in document]
    for variant in document.get("variants") or []:
        needed = shape["properties"]["variants"]["items"]["required"]
        lacks += [key for key in needed if not isinstance(variant, dict) or key not in variant]
    if lacks:
        raise BadRequestError(f"{path} is damaged: it lacks {', '.join(sorted(set(lacks)))}")
