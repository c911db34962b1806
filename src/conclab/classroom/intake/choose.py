"""From everything that a student handed in to the files that the lab names, and the reasons for the rest."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from conclab.classroom.intake import archives
from conclab.classroom.intake.names import folded, is_archive, litter
from conclab.classroom.intake.submission import Entry, Limits, Listing, Note, RefusedError
from conclab.story.text import short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NOTES = 12  # more of them nobody reads


def wanted(files: Iterable[str]) -> Callable[[tuple[str, ...]], bool]:
    """Whether a name ends as one that the lab asks for, whatever its case."""
    ends = [folded(tuple(file.split("/"))) for file in files]
    return lambda parts: any(folded(parts)[-len(end) :] == end for end in ends) and not litter(parts)


def opened(listing: Listing, files: Iterable[str], limits: Limits) -> Listing:
    """Put the members of a student's archives beside the files. Archives inside those stay closed."""
    entries: list[Entry] = []
    notes = list(listing.notes)
    for entry in listing.entries:
        if not is_archive(entry.parts[-1]):
            entries.append(entry)
            continue
        try:
            inside = archives.listing(entry.read(limits.archive_bytes), limits, wanted(files))
        except RefusedError as reason:
            inside = Listing((), (Note(str(reason)),))
        name = entry.parts[-1]
        nested = [one for one in inside.entries if is_archive(one.parts[-1])]
        entries += [one for one in inside.entries if not is_archive(one.parts[-1])]
        notes += [Note(str(note), name) for note in inside.notes]
        notes += [Note("archives inside it are not opened", name)] if nested else []
    return Listing(tuple(entries), tuple(notes))


def choose(
    listing: Listing, files: tuple[str, ...], limits: Limits
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Take each file that the lab names from where it stands highest; two that differ there are none."""
    taken: dict[str, bytes] = {}
    notes = list(listing.notes)
    for name in files:
        try:
            taken[name] = _one(listing.entries, tuple(name.split("/")), limits)
        except RefusedError as reason:
            notes.append(Note(str(reason), name))
    return taken, _few(notes)


def _one(entries: tuple[Entry, ...], name: tuple[str, ...], limits: Limits) -> bytes:
    by_depth: dict[int, list[Entry]] = defaultdict(list)
    like: list[str] = []
    for entry in entries:
        end = entry.parts[-len(name) :]
        if litter(entry.parts):
            continue
        if end == name:
            by_depth[len(entry.parts)].append(entry)
        elif folded(end) == folded(name):
            like.append("/".join(entry.parts))
    if not by_depth:
        others = like or ["/".join(entry.parts) for entry in entries if not litter(entry.parts)][:3]
        raise RefusedError(f"not handed in{'; there is ' if others else ''}{short(', '.join(others))}")
    contents = {_content(entry, limits) for entry in by_depth[min(by_depth)]}
    if len(contents) > 1:
        raise RefusedError("handed in more than once, and not the same: none is taken")
    return contents.pop()


def _content(entry: Entry, limits: Limits) -> bytes:
    content = entry.read(limits.file_bytes)
    if len(content) > limits.file_bytes:
        raise RefusedError(f"not taken, larger than {limits.file_bytes >> 10} KiB")
    return content


def _few(notes: list[Note]) -> tuple[str, ...]:
    told = list(dict.fromkeys(map(str, notes)))
    more = [f"and {len(told) - NOTES} more"] if len(told) > NOTES else []
    return (*told[:NOTES], *more)
