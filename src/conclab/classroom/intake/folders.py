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
    for place, path in enumerate(_walk(folder, limits.depth, notes)):
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


def _walk(folder: Path, depth: int, notes: list[Note]) -> Iterator[Path]:
    try:
        inside = sorted(os.scandir(folder), key=lambda one: one.name)
    except OSError as error:
        notes.append(Note(f"can't be looked into: {error.strerror}", folder.name))
        return
    for one in inside:
        if one.name in LITTER:
            continue
        if one.is_symlink():
            notes.append(Note("not taken, a link", one.name))
        elif one.is_dir(follow_symlinks=False):
            if depth > 1:
                yield from _walk(Path(one.path), depth - 1, notes)
            else:
                notes.append(Note("folders too deep, not looked into", one.name))
        else:
            yield Path(one.path)
