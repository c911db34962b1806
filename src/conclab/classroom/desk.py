"""A student's desk: the folder in which a lab is worked on, and what is remembered there.

Everything is in that folder, and nothing elsewhere: it can be moved, copied and thrown away.
"""

from __future__ import annotations

import json
import shlex
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.classroom import course, edition, labs
from conclab.errors import BadRequestError, UnknownNameError
from conclab.files import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conclab.classroom.labs import LabFolder

LARGEST_BYTES = 1 << 20  # of a file: what `class grade` takes
MOMENT = (1980, 1, 1, 0, 0, 0)  # the same work gives the same bytes
FILE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a student has come. `passed` are the visible tests of the last check."""

    hints: int = 0
    passed: tuple[str, ...] = ()
    points: float = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """One lab that was started. `shown` is how its student calls it."""

    folder: Path
    shown: str = ""
    lab: LabFolder = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lab", labs.read(self.folder))

    @property
    def visible(self) -> int:
        """How many tests its student can see."""
        return edition.tests_in(self.folder / "tests" / "visible")

    @property
    def hidden(self) -> int:
        """How many wait."""
        return self.lab.left_out or 0

    def command(self, verb: str, *more: str) -> str:
        """A command about this lab, as its student would type it."""
        return shlex.join(["conclab", "lab", verb, *filter(None, [self.shown]), *more])

    @property
    def progress(self) -> Progress:
        """What is remembered; nothing, if that can't be read: the next check writes it anew."""
        try:
            said = json.loads((self.folder / course.MEMORY / "progress.json").read_text(encoding="utf-8"))
            return Progress(int(said["hints"]), tuple(map(str, said["passed"])), float(said["points"]))
        except (OSError, ValueError, KeyError, TypeError):
            return Progress()

    def remember(self, progress: Progress) -> None:
        """Write it down, whole or not at all."""
        memory = self.folder / course.MEMORY
        memory.mkdir(exist_ok=True)
        with whole(memory / "progress.json") as partial:
            partial.write_text(json.dumps(asdict(progress), indent=1) + "\n", encoding="utf-8")


def start(name: str, *, root: Path, into: Path) -> Desk:
    """Write a lab's student edition into a folder of its own. Raises BadRequestError if that exists."""
    source = labs.read(labs.locate(root, name))
    target = into / name
    if target.exists() or target.is_symlink():
        raise BadRequestError(
            f"{target} is there already, and is left as it is; choose another place with --dir, or go back "
            f"to its starter with: conclab lab reset {name}"
        )
    contents = edition.contents(source)
    target.mkdir(parents=True)
    edition.write_contents(contents, target)
    starters = {f"{course.MEMORY}/starter/{file}": contents[file] for file in source.lab.files}
    edition.write_contents(starters, target)
    desk = Desk(target, str(target))
    desk.remember(Progress())
    return desk


def started(where: Path) -> Iterator[Desk]:
    """The labs that were started here: this folder, its children, and those in its `labs`."""
    for settings in (
        where / "lab.toml",
        *sorted(where.glob("*/lab.toml")),
        *sorted(where.glob("labs/*/lab.toml")),
    ):
        if (settings.parent / course.MEMORY).is_dir():
            yield Desk(settings.parent, _shown(settings.parent))


def find(name: str | None, *, root: str | None = None) -> Desk:
    """The lab that is meant: a folder, a name, or without one the only one here. Raises BadRequestError."""
    if name is None:
        return _only_one()
    folder = Path(name)
    if (folder / "lab.toml").is_file():
        return _own(folder)
    if folder.exists():
        raise BadRequestError(
            f"{name} is no lab: it has no lab.toml. A lab begins with: conclab lab start NAME"
        )
    known = {labs.about(each).id for each in labs.labs(course.root(root))}
    if name in known:
        raise BadRequestError(f"{name} is not started here; begin with: conclab lab start {name}")
    raise UnknownNameError("lab", name, known)


def hint(desk: Desk) -> tuple[int, str]:
    """The next hint and its number; after the last one the last one again."""
    progress = desk.progress
    number = min(progress.hints + 1, len(desk.lab.hints))
    desk.remember(Progress(number, progress.passed, progress.points))
    return number, desk.lab.hints[number - 1]


def reset(desk: Desk) -> list[tuple[Path, Path]]:
    """Go back to the starter; returns each file that was changed, and where its old text is now."""
    kept = []
    for name, starter in _starter(desk).items():
        file = desk.folder / name
        if file.is_file() and file.read_bytes() == starter:
            continue
        backup = _unused(file)
        if file.is_file():
            with whole(backup) as partial:
                partial.write_bytes(file.read_bytes())
            kept.append((file, backup))
        edition.write_contents({name: starter}, desk.folder)
    desk.remember(Progress(desk.progress.hints))
    return kept


def submit(desk: Desk, target: Path) -> Path:
    """Write the zip that `class grade` takes. The same files give the same bytes."""
    for name in desk.lab.lab.files:
        if not (desk.folder / name).is_file():
            raise BadRequestError(
                f"{desk.folder / name} is not there; the starter again: {desk.command('reset')}"
            )
    files = {name: (desk.folder / name).read_bytes() for name in desk.lab.lab.files}
    for name, content in files.items():
        if len(content) > LARGEST_BYTES:
            raise BadRequestError(f"{desk.folder / name} has more than 1 MiB, which no grader takes")
    if not target.parent.is_dir():
        raise BadRequestError(f"there is no folder {target.parent} for {target.name}")
    with whole(target) as partial, zipfile.ZipFile(partial, "w") as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, MOMENT)
            info.external_attr, info.compress_type, info.create_system = FILE, zipfile.ZIP_DEFLATED, 3
            archive.writestr(info, content)
    return target


def _only_one() -> Desk:
    here = Path()
    if (here / "lab.toml").is_file():
        return _own(here)
    found = list(started(here))
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadRequestError("no lab is started here; begin with: conclab lab start NAME")
    raise BadRequestError(f"say which lab: {', '.join(desk.shown for desk in found)}")


def _own(folder: Path) -> Desk:
    """A desk, unless the folder is the author's: nobody's work is kept in there."""
    if labs.about(folder).left_out is None:
        raise BadRequestError(
            f"{folder} is a lab's own folder, with its solution; students work in a copy: conclab lab start "
            f"{labs.about(folder).id}. Authors: conclab lab verify"
        )
    return Desk(folder, _shown(folder))


def _shown(folder: Path) -> str:
    return "" if folder == Path() else str(folder)


def _starter(desk: Desk) -> dict[str, bytes]:
    kept = desk.folder / course.MEMORY / "starter"
    files = {name: kept / name for name in desk.lab.lab.files}
    missing = [name for name, path in files.items() if not path.is_file()]
    if missing:
        raise BadRequestError(
            f"the starter of {', '.join(missing)} was not kept here: get the lab anew with conclab lab start"
        )
    return {name: path.read_bytes() for name, path in files.items()}


def _unused(file: Path) -> Path:
    number = 1
    while (backup := file.with_name(f"{file.name}.before-reset-{number}")).exists():
        number += 1
    return backup
