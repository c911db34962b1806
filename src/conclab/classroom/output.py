"""A format of ours: one function from a graded class to files. Found by name in `formats/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.classroom.text import inert
from conclab.discovery import load, names
from conclab.errors import BadRequestError
from conclab.files import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from conclab.classroom.tally import Graded

PACKAGE = "conclab.classroom.formats"


@dataclass(frozen=True, slots=True)
class Format:
    """What a format is for, and how a class is written in it."""

    title: str
    files: Callable[[Graded], Mapping[str, str]]  # path below the output folder -> text


def known() -> list[str]:
    """Names of the formats."""
    return names(PACKAGE)


def texts(name: str, graded: Graded) -> dict[str, str]:
    """A class in one format. The strings that it holds are made harmless before the format sees them."""
    return dict(load(PACKAGE, name, Format).files(inert(graded)))


def one_text(name: str, graded: Graded) -> str:
    """A class in a format of one file. Raises BadRequestError for one that makes several."""
    made = texts(name, graded)
    if len(made) != 1:
        raise BadRequestError(f"{name} makes {len(made)} files; write them with --format {name}")
    return next(iter(made.values()))


def write(wanted: Iterable[str], graded: Graded, folder: Path) -> list[Path]:
    """Write a class in each of the formats. Each file is whole or not there."""
    paths = []
    for name in wanted:
        for path, text in texts(name, graded).items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with whole(target) as partial:
                partial.write_text(text, encoding="utf-8", newline="")
            paths.append(target)
    return paths
