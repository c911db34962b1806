"""The nouns of intake. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from conclab.story.text import short

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class RefusedError(Exception):
    """Part of a submission is not taken, for the reason given. Becomes a note, never leaves intake."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a submission may cost to be looked at. Reached, they are a note on that student's sheet."""

    file_bytes: int = 1 << 20  # of one file that the lab names
    archive_bytes: int = 32 << 20  # of one archive as it lies there
    unpacked_bytes: int = 64 << 20  # of one tar when it is read through
    members: int = 10_000  # of one archive or folder
    depth: int = 16  # of folders


@dataclass(frozen=True, slots=True)
class Entry:
    """One file that somebody handed in, under the name it has there. Read only when asked for."""

    parts: tuple[str, ...]
    read: Callable[[int], bytes]  # at most so many bytes, and one more if there are more; may refuse


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was not taken, and why."""

    what: str
    where: str = ""  # name of the member, as it was written; empty for the whole

    def __str__(self) -> str:
        return f"{short(self.where)}: {self.what}" if self.where else self.what


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder or an archive holds, and what is wrong with it."""

    entries: tuple[Entry, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's files, as far as they could be taken."""

    student: str
    files: Mapping[str, bytes] = field(default_factory=dict)  # named as the lab names them
    notes: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)  # the roster's columns

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents; empty if there is nothing to grade."""
        return digest(self.files) if self.files else ""


def digest(files: Mapping[str, bytes]) -> str:
    """Each part with its length before it: no two sets of files look alike."""
    total = sha256()
    for name in sorted(files):
        for part in (name.encode("utf-8", "surrogatepass"), files[name]):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()
