"""A class's folder or archive, taken apart into what each student handed in. Knows nothing of the roster."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.classroom.intake import archives, folders
from conclab.classroom.intake.choose import wanted
from conclab.classroom.intake.names import ARCHIVES, LITTER, is_archive, litter
from conclab.classroom.intake.patterns import GRADESCOPE_PEOPLE, Whose, gradescope_people, whose
from conclab.classroom.intake.submission import Entry, Limits, Listing, Note, RefusedError
from conclab.errors import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# A class's archive is the teacher's own download: larger, and its members may be students' archives.
WHOLE = Limits(file_bytes=32 << 20, archive_bytes=512 << 20, unpacked_bytes=1 << 30, members=100_000)


@dataclass(slots=True)
class Group:
    """What one student handed in, under the name that it came with."""

    whose: Whose
    entries: list[Entry] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def groups(path: Path, files: tuple[str, ...], limits: Limits, student: str = "") -> list[Group]:
    """List what each student handed in, by name; or all of it as one student's, if that one is named.

    Raises BadRequestError if there is nothing to read.
    """
    try:
        kind = path.stat().st_mode
    except OSError as error:
        raise BadRequestError(f"can't read the submissions in {path}: {error.strerror}") from None
    if stat.S_ISDIR(kind):
        everything = _folder(path, limits)
    elif not is_archive(path.name):
        return [Group(Whose(student or path.stem), [_as(files, Entry((path.name,), _reader(path)))])]
    else:
        everything = _archive(path, files)
    if student or _alone(everything, files):
        return [Group(Whose(student or _bare(path.name)), list(everything.entries), list(everything.notes))]
    found = _Groups(files, _people(everything.entries))
    entries, around = _without_wrapper(everything.entries, files)
    for entry in entries:
        found.add(entry)
    for note in everything.notes:
        found.note(note, around)
    if not found.groups:
        why = f": {everything.notes[0]}" if everything.notes else ""
        raise BadRequestError(
            f"no submissions in {path}{why}; give a folder or archive with one entry a student"
        )
    return list(found.groups.values())


class _Groups:
    """Groups by the student's name, filled entry by entry."""

    def __init__(self, files: tuple[str, ...], people: Mapping[str, Whose]) -> None:
        self.groups: dict[tuple[str, ...], Group] = {}
        self._files = files
        self._people = people
        self._suffixes = tuple({Path(file).suffix for file in files})

    def add(self, entry: Entry) -> None:
        """Give an entry to whom its first name says."""
        first, rest = entry.parts[0], entry.parts[1:]
        if first == GRADESCOPE_PEOPLE or litter(entry.parts):
            return
        owner = self._people.get(first) or whose(first)
        if rest:
            self._of(owner or Whose(first)).entries.append(Entry(rest, entry.read))
        elif owner:
            self._of(owner).entries.append(Entry((owner.file or first,), entry.read))
        elif is_archive(first):
            self._of(Whose(_bare(first))).entries.append(Entry((first,), entry.read))
        elif first.endswith(self._suffixes):
            self._of(Whose(Path(first).stem)).entries.append(_as(self._files, Entry((first,), entry.read)))

    def note(self, note: Note, around: int) -> None:
        """Give a note to whose it is, also if nothing else of theirs was taken. Its name may be hostile."""
        parts = [part for part in note.where.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
        parts = parts[around:]
        if parts and not litter(tuple(parts)):
            owner = self._people.get(parts[0]) or whose(parts[0]) or Whose(_bare(parts[0]))
            self._of(owner).notes.append(Note(note.what, "/".join(parts[1:])))

    def _of(self, owner: Whose) -> Group:
        key = (owner.student, owner.number, *owner.ids)
        return self.groups.setdefault(key, Group(owner))


def _folder(path: Path, limits: Limits) -> Listing:
    """Everything below a class's folder; each student's own limit of files."""
    entries: list[Entry] = []
    notes: list[Note] = []
    for one in sorted(path.iterdir()):
        if one.name in LITTER or one.name.startswith("."):
            continue
        if one.is_symlink():
            notes.append(Note("not taken, a link", one.name))
        elif one.is_dir():
            inside = folders.listing(one, limits)
            entries += [Entry((one.name, *entry.parts), entry.read) for entry in inside.entries]
            notes += [Note(note.what, f"{one.name}/{note.where}") for note in inside.notes]
        else:
            entries.append(Entry((one.name,), _reader(one)))
    return Listing(tuple(entries), tuple(notes))


def _archive(path: Path, files: tuple[str, ...]) -> Listing:
    try:
        data = folders.read(path, WHOLE.archive_bytes)
    except RefusedError as reason:
        raise BadRequestError(f"can't read the submissions in {path}: {reason}") from None
    ends = (*ARCHIVES, *{Path(file).suffix.casefold() for file in files}, GRADESCOPE_PEOPLE)
    return archives.listing(
        data, WHOLE, lambda parts: parts[-1:] != () and parts[-1].casefold().endswith(ends)
    )


def _alone(everything: Listing, files: tuple[str, ...]) -> bool:
    """Whether this is one student's work and no class: a file that the lab names lies on top."""
    return any("/".join(entry.parts) in files for entry in everything.entries)


def _without_wrapper(entries: Iterable[Entry], files: tuple[str, ...]) -> tuple[list[Entry], int]:
    """Exports put everything into one folder; a single one that holds folders or archives is that.

    Returns how many such folders were around them, too.
    """
    around = 0
    kept = [entry for entry in entries if not litter(entry.parts)]
    asked = wanted(files)
    while (
        kept and len({entry.parts[0] for entry in kept}) == 1 and all(len(entry.parts) > 1 for entry in kept)
    ):
        inner = [Entry(entry.parts[1:], entry.read) for entry in kept]
        if any(len(entry.parts) == 1 and asked(entry.parts) for entry in inner):
            break
        several = {entry.parts[0] for entry in inner if len(entry.parts) > 1 or is_archive(entry.parts[0])}
        flat = [entry for entry in inner if len(entry.parts) == 1 and whose(entry.parts[0])]
        if len(several) <= 1 and not flat:
            break
        kept, around = inner, around + 1
    return kept, around


def _people(entries: Iterable[Entry]) -> dict[str, Whose]:
    """Who is who in a Gradescope export, if this is one."""
    for entry in entries:
        if entry.parts[-1] == GRADESCOPE_PEOPLE:
            try:
                return gradescope_people(entry.read(WHOLE.file_bytes).decode("utf-8", "replace"))
            except RefusedError:
                return {}
    return {}


def _as(files: tuple[str, ...], entry: Entry) -> Entry:
    """A bare file stands for the only one that the lab asks for."""
    return Entry(tuple(files[0].split("/")), entry.read) if len(files) == 1 else entry


def _bare(name: str) -> str:
    for end in (".tar.gz", *ARCHIVES):
        if name.casefold().endswith(end):
            return name[: -len(end)]
    return name


def _reader(path: Path) -> Callable[[int], bytes]:
    return lambda most: folders.read(path, most)
