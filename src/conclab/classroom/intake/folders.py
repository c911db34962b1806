"""Folders on disk, walked without following a link; what is no regular file is refused."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.classroom.intake.names import LITTER
from conclab.classroom.intake.submission import Entry, Limits, Listing, Note, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Windows has neither; there a link can't be told at opening, and the walk alone keeps it out.
NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def listing(folder: Path, limits: Limits) -> Listing:
    """List every regular file below a folder. Litter is passed over; a link is a note."""
    entries: list[Entry] = []
    notes: list[Note] = []
    for place, path in enumerate(_walk(folder, folder, limits.depth, notes)):
        if place >= limits.members:
            notes.append(Note(f"more than {limits.members} files; the rest is not looked at"))
            break
        parts = path.relative_to(folder).parts
        entries.append(Entry(parts, lambda most, path=path: read(path, most)))  # type: ignore[misc]
    return Listing(tuple(entries), tuple(notes))


def read(path: Path, most: int) -> bytes:
    """Read a regular file, and no more than one byte beyond the limit. Raises RefusedError."""
    try:
        handle = os.open(path, os.O_RDONLY | NO_LINK)
    except OSError as error:
        raise RefusedError(f"can't be opened: {error.strerror}") from None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise RefusedError("no regular file")
        try:
            return file.read(most + 1)
        except OSError as error:
            raise RefusedError(f"can't be read: {error.strerror}") from None


def _walk(root: Path, folder: Path, depth: int, notes: list[Note]) -> Iterator[Path]:
    def name(path: str | Path) -> str:
        return Path(path).relative_to(root).as_posix()

    try:
        inside = sorted(
            (one for one in os.scandir(folder) if one.name not in LITTER), key=lambda one: one.name
        )
    except OSError as error:
        notes.append(Note(f"can't be looked into: {error.strerror}", name(folder)))
        return
    if not inside:
        notes.append(Note("an empty folder", name(folder)))
    for one in inside:
        if one.is_symlink():
            notes.append(Note("not taken, a link", name(one.path)))
        elif one.is_dir(follow_symlinks=False):
            if depth > 1:
                yield from _walk(root, Path(one.path), depth - 1, notes)
            else:
                notes.append(Note("folders too deep, not looked into", name(one.path)))
        else:
            yield Path(one.path)
