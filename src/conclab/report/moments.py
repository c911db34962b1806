"""Where everything stands after each step of a story: threads, shared values, locks. Words only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conclab.story.effects import Sort, effects
from conclab.story.lives import Lives
from conclab.story.text import names, short, waits_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conclab.story.effects import Effect
    from conclab.story.rows import Row

    Document = Mapping[str, Any]
    Step = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """One thread. `outdated` are the values it has read that another thread has changed since."""

    state: str  # running, ready, waiting, hosting, ended, absent
    words: str
    did: str
    file: str
    line: int | None
    outdated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """What is known of a shared value, and what the step did to it."""

    text: str
    mark: str  # read, write, or nothing
    before: str


@dataclass(frozen=True, slots=True)
class Lock:
    """Who has it and who wants it."""

    holder: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything after one step; `row` is the one of the table that the step is in."""

    row: int
    thread: int  # its place among the threads
    said: str
    arrival: str  # what lies between it and the step before: another thread ran, or steps are left out
    chosen: bool  # by the scheduler
    threads: tuple[Standing, ...]
    values: tuple[Value, ...]
    locks: tuple[Lock, ...]


def moments(document: Document, rows: Sequence[Row]) -> list[Moment]:
    """One for each step, in order."""
    story, called, said = document["story"], names(document), effects(document)
    ids = [thread["id"] for thread in story["threads"]]
    shared, locks = values_of(document), locks_of(document)
    in_row = [number for number, row in enumerate(rows) for _ in range(row.first, row.last + 1)]
    threads = _Threads(document, said)
    before: Mapping[str, str] = {}
    found = []
    for place, step in enumerate(story["steps"]):
        row = rows[in_row[place]]
        standings = threads.after(step, place)
        found.append(
            Moment(
                row=in_row[place],
                thread=ids.index(step["thread"]),
                said=_said(step, said[place], called),
                arrival=_arrival(row) if row.first == place else "",
                chosen=step["switch"],
                threads=tuple(standings[key] for key in ids),
                values=tuple(_value(step, before, name) for name in shared),
                locks=tuple(_lock(step, name, called) for name in locks),
            )
        )
        before = step["values"]
    return found


def _arrival(row: Row) -> str:
    if row.after_cut:
        return "steps are left out before this one"
    return row.arrival.text if row.arrival else ""


def values_of(document: Document) -> list[str]:
    """The names of all shared values, in the order in which they come up."""
    return list(dict.fromkeys(name for step in document["story"]["steps"] for name in step["values"]))


def locks_of(document: Document) -> list[str]:
    """What is ever held, and what is waited for without being a thread or a task."""
    steps, threads = document["story"]["steps"], document["story"]["threads"]
    held = [name for step in steps for locks in step["held"].values() for name in locks]
    wanted = [name for step in steps for name in step["waiting"].values()]
    ends = {thread["name"] for thread in threads}
    return list(dict.fromkeys([*held, *(name for name in wanted if name not in ends)]))


class _Threads:
    """Keeps in mind what threads did and read; all else is in the step itself."""

    def __init__(self, document: Document, said: Sequence[Sequence[Effect]]) -> None:
        self.story = document["story"]
        self.threads = self.story["threads"]
        self.called = names(document)
        self.said = said
        self.lives = Lives(document)
        self.did: dict[int, str] = {}
        self.spot: dict[int, tuple[str, int | None]] = {}
        self.read: dict[int, dict[str, str]] = {}

    def after(self, step: Step, place: int) -> dict[int, Standing]:
        """Take a step into account, and tell where every thread stands then."""
        key = step["thread"]
        if place == self.story.get("cut"):
            self.read = {}  # all may have been read again
        self.did[key] = "; ".join(one.text for one in self.said[place] if one.sort is not Sort.REMARK)
        self.spot |= {int(other): (short(file), line) for other, (file, line) in step["at"].items()}
        if step["line"]:
            self.spot[key] = short(step["file"]), step["line"]
        known = self.read.setdefault(key, {})
        known |= {one["name"]: one["value"] for one in step["reads"]}
        for one in step["writes"]:
            known.pop(one["name"], None)
        return {thread["id"]: self._standing(thread["id"], step, place) for thread in self.threads}

    def _standing(self, key: int, step: Step, place: int) -> Standing:
        state, words = self._state(key, step, place)
        file, line = self.spot.get(key, ("", None))
        did = "" if state == "waiting" and key != step["thread"] else self.did.get(key, "")
        known = self.story["kept"] == self.story["of"] or self.story.get("cut") is not None
        outdated = tuple(self._outdated(key, step)) if known and state != "ended" else ()
        return Standing(state, words, did, file, line, outdated)

    def _state(self, key: int, step: Step, place: int) -> tuple[str, str]:
        wanted, holder = waits_for(step, key, self.called)
        if wanted:
            return "waiting", f"waits for {wanted}{f', held by {holder}' if holder else ''}"
        if key == step["thread"]:
            return ("waiting", "waits") if step["blocked"] else ("running", "running")
        if self._hosts(key, step):
            return "hosting", "runs the event loop"
        return self._rests(key, place)

    def _rests(self, key: int, place: int) -> tuple[str, str]:
        """What a thread does that neither runs nor waits for anything known."""
        if not self.lives.started(key, place):
            return "absent", "not started"
        if self.lives.ended(key, place):
            return "ended", "has ended"
        if key in self.lives.tasks:
            return "ready", "no more steps" if self.lives.done(key, place) else "suspended"
        return "ready", "ready"

    def _hosts(self, key: int, step: Step) -> bool:
        runner = next(thread for thread in self.threads if thread["id"] == step["thread"])
        return bool(runner.get("task_of") == key)

    def _outdated(self, key: int, step: Step) -> Iterator[str]:
        for name, value in self.read.get(key, {}).items():
            now = step["values"].get(name, value)
            if now != value:
                yield f"{short(name)} is {short(now)} now, not {short(value)}"


def _said(step: Step, said: Sequence[Effect], called: Mapping[int, str]) -> str:
    """The step in one sentence."""
    who = called[step["thread"]]
    where = f"{who}, line {step['line']}" if step["line"] else who
    told = "; ".join(one.text for one in said) or short(step["source"])
    return f"{where}: {told}" if told else where


def _value(step: Step, before: Mapping[str, str], name: str) -> Value:
    mark = "read" if any(one["name"] == name for one in step["reads"]) else ""
    mark = "write" if any(one["name"] == name for one in step["writes"]) else mark
    text = short(step["values"][name]) if name in step["values"] else ""
    was = short(before[name]) if mark == "write" and name in before else ""
    return Value(text, mark, was)


def _lock(step: Step, name: str, called: Mapping[int, str]) -> Lock:
    holders = [called.get(int(key), key) for key, locks in step["held"].items() if name in locks]
    wanting = [called.get(int(key), key) for key, wanted in step["waiting"].items() if wanted == name]
    return Lock(", ".join(holders), ", ".join(wanting))
