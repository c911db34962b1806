"""What each step did, in words, and what can be concluded from the steps before it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from conclab.story.text import names, plain, short, waits_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Step = Mapping[str, Any]


class Sort(StrEnum):
    """What an effect is, so that a view can set them apart."""

    READ = "read"
    WRITE = "write"
    WAIT = "wait"
    REMARK = "remark"  # concluded from the steps, not one of them
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that happened on a line."""

    sort: Sort
    text: str


def effects(document: Mapping[str, Any]) -> list[list[Effect]]:
    """For each step, the maker's words, the reads and writes that these leave out, and the remarks."""
    story, called = document["story"], names(document)
    memory = _Memory(called)
    known = story["kept"] == story["of"]  # else a step that is left out may have read or written again
    found = []
    for place, step in enumerate(story["steps"]):
        if place == story.get("cut"):
            memory, known = _Memory(called), True
        remarks = [Effect(Sort.REMARK, text) for text in memory.remarks(step)]
        found.append([*_told(step, called), *(remarks if known else ())])
    return found


def _told(step: Step, called: Mapping[int, str]) -> Iterator[Effect]:
    what, reads, writes = plain(step["what"]), step["reads"], step["writes"]
    if step["blocked"]:
        yield Effect(Sort.WAIT, _blocked(step, what, called))
    elif what:
        yield Effect(Sort.WRITE if writes else Sort.READ if reads else Sort.OTHER, what)
    for sort, verb, touched in ((Sort.READ, "reads", reads), (Sort.WRITE, "writes", writes)):
        for one in touched:
            told = f"{short(one['name'])} = {short(one['value'])}"
            if told not in what:
                yield Effect(sort, f"{verb} {told}")


def _blocked(step: Step, what: str, called: Mapping[int, str]) -> str:
    """Whatever the maker said, what is wanted and who has it must be in it."""
    wanted, holder = waits_for(step, step["thread"], called)
    text = what or "waits"
    if wanted not in text:
        text += f" for {wanted}"
    return text if holder in text or "held by" in text else f"{text}, held by {holder}"


class _Seen(NamedTuple):
    value: str
    line: int | None
    place: int


class _Written(NamedTuple):
    value: str
    thread: int
    place: int


class _Memory:
    """What each thread read last of each name, and who wrote it last: tells that a read is out of date."""

    def __init__(self, called: Mapping[int, str]) -> None:
        self.called = called
        self.place = 0
        self.seen: dict[tuple[int, str], _Seen] = {}
        self.written: dict[str, _Written] = {}

    def remarks(self, step: Step) -> list[str]:
        """Remember a step, and say where it meets a value that its thread did not know of."""
        thread, line = step["thread"], step["line"]
        found = []
        self.place += 1
        for one in step["reads"]:
            was = self.seen.get((thread, one["name"]))
            # on the same line it is a loop that looks again: it found out by itself
            if was and was.line != line and (news := self._news(one["name"], was)):
                found.append(f"it was {short(was.value)} at line {was.line}, before {news}")
            self.seen[thread, one["name"]] = _Seen(one["value"], line, self.place)
        for one in step["writes"]:
            was = self.seen.pop((thread, one["name"]), None)
            if was and (news := self._news(one["name"], was)):
                found.append(f"it had read {short(was.value)} before {news}")
            self.written[one["name"]] = _Written(one["value"], thread, self.place)
        return found

    def _news(self, name: str, was: _Seen) -> str:
        """Say who has written since: another thread, as one's own write forgets what was read."""
        last = self.written.get(name)
        if last is None or last.place < was.place or last.value == was.value:
            return ""
        return f"{self.called.get(last.thread, last.thread)} wrote {short(last.value)}"
