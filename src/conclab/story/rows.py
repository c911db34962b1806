"""A story as a table: one row for each stretch of consecutive steps of a thread on one line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conclab.story.effects import Effect, Sort, effects
from conclab.story.lives import Lives
from conclab.story.text import LONGEST_NAME, code, line_of, names, short, waits_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Step = Mapping[str, Any]

ORGANISES = re.compile(
    r"\b(start|join|gather|wait|await|create|end|finish)(s|ed|es)?\b|\bcreate_task\b|\brun\b"
)


STOPPED = {"deadlock", "lost-wakeup", "livelock"}  # it is no line that fails: nothing goes on


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a row's thread came to run after another one. `number` counts the chosen switches; 0 was forced."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch; `first` and `last` are the places of its steps, from 0."""

    thread: int
    file: str
    line: int | None
    source: str
    effects: tuple[Effect, ...]
    first: int
    last: int
    arrival: Arrival | None = None  # None: the same thread goes on, or nobody ran before
    goes_on: bool = False  # the line was begun in an earlier row
    unfinished: bool = False  # and is ended in a later one
    fails: bool = False
    aside: bool = False  # it touches nothing that others share: it starts them, or waits for their end
    after_cut: bool = False  # steps are left out before it

    @property
    def sorts(self) -> list[Sort]:
        """What its steps did, one after the other."""
        return [one.sort for one in self.effects if one.sort is not Sort.REMARK]

    @property
    def unwritten(self) -> bool:
        """Whether it was left before the line wrote what it is there to write."""
        return self.unfinished and self.sorts[-1:] != [Sort.WAIT]


def rows(document: Mapping[str, Any]) -> list[Row]:
    """Group the steps. No stretch goes on over a switch, or over the place where steps are left out."""
    story = document["story"]
    steps, said, arrivals = story["steps"], effects(document), _arrivals(document)
    found: list[Row] = []
    for place, step in enumerate(steps):
        cut = place > 0 and place == story.get("cut")
        chosen = arrivals[place] is not None
        if place and not cut and not chosen and _spot(steps[place - 1]) == _spot(step):
            found[-1] = replace(found[-1], effects=(*found[-1].effects, *said[place]), last=place)
        else:
            row = _row(step, place, tuple(said[place]))
            found.append(replace(row, arrival=None if cut else arrivals[place], after_cut=cut))
    asides = [replace(_told_once(row), aside=_organises(row, document)) for row in found]
    return _with_failure(_with_halves(asides), document)


def endings(document: Mapping[str, Any], told: Sequence[Row]) -> list[Row]:
    """Where threads stand that wait at the end, unless their last row says so: no step tells it of them."""
    story, called = document["story"], names(document)
    if not story["steps"]:
        return []
    place, step = len(story["steps"]), story["steps"][-1]
    latest = {row.thread: row.sorts[-1:] for row in told}
    found = []
    for thread in called:
        wanted, holder = waits_for(step, thread, called)
        if wanted and latest.get(thread) != [Sort.WAIT]:
            file, line = step["at"].get(str(thread), (None, None))
            text = f"waits for {wanted}{f', held by {holder}' if holder else ''}"
            spot = {"thread": thread, "file": file, "line": line, "source": line_of(story, file, line)}
            row = _row(spot, place, (Effect(Sort.WAIT, text),))
            found.append(replace(row, aside=wanted in called.values()))
    return found


def columns_of(document: Mapping[str, Any], told: Sequence[Row]) -> list[int]:
    """The threads that deserve a column: one that only sets the scene and looks at the result does not."""
    story = document["story"]
    present = [thread["id"] for thread in story["threads"] if any(row.thread == thread["id"] for row in told)]
    openers = _openers(story)
    others = {str(thread) for thread in present if thread not in openers}
    last = len(story["steps"]) - 1
    alone = {row for row in told if not others & set(story["steps"][min(row.first, last)]["at"])}
    acts = {row.thread for row in told if row.thread in openers and not row.aside and row not in alone}
    return [thread for thread in present if not others or str(thread) in others or thread in acts]


def _openers(story: Mapping[str, Any]) -> set[int]:
    """Who starts the others: the first thread, and the first task of an event loop."""
    threads = story["threads"]
    tasks = [thread for thread in threads if thread.get("task_of") is not None]
    return {thread["id"] for thread in (*threads[:1], *tasks[:1])}


def _row(step: Step, place: int, said: tuple[Effect, ...]) -> Row:
    file = short(step["file"] or "", LONGEST_NAME)
    return Row(step["thread"], file, step["line"], code(step["source"]), said, place, place)


def _spot(step: Step) -> tuple[int, str | None, int | None]:
    return step["thread"], step["file"], step["line"]


def _organises(row: Row, document: Mapping[str, Any]) -> bool:
    step, key = document["story"]["steps"][row.last], str(row.thread)
    wanted = step["waiting"].get(key)
    if step["held"].get(key) or any(one.sort in {Sort.READ, Sort.WRITE} for one in row.effects):
        return False
    if wanted and not any(thread["name"] in wanted for thread in document["story"]["threads"]):
        return False
    told = (row.source, *(one.text for one in row.effects))
    return not row.effects or any(ORGANISES.search(text) for text in told)


def _arrivals(document: Mapping[str, Any]) -> list[Arrival | None]:
    story, called, lives = document["story"], names(document), Lives(document)
    steps = story["steps"]
    switches = sum(step["switch"] for step in steps)
    of = f" of {switches}" if story["kept"] == story["of"] else ""
    found: list[Arrival | None] = [None] * len(steps)
    ran, number = set(), 0
    for place, step in enumerate(steps):
        number += step["switch"]
        before = steps[place - 1]["thread"] if place else step["thread"]
        if before == step["thread"] and step["switch"]:
            found[place] = Arrival(number, f"switch {number}{of}: {called[before]} goes on, out of turn")
        elif before != step["thread"]:
            how = _left(steps[place - 1], step, ended=lives.ended(before, place))
            left = f"{called[before]} {how}, " if how else ""
            now = f"{called[step['thread']]} {'goes on' if step['thread'] in ran else 'runs'}"
            chosen = f"switch {number}{of}: " if step["switch"] else ""
            found[place] = Arrival(number if step["switch"] else 0, f"{chosen}{left}{now}")
        ran.add(step["thread"])
    return found


def _left(before: Step, step: Step, *, ended: bool) -> str:
    """How the thread that ran before stands now, if that is known."""
    if before["blocked"]:
        return "waits"
    if step["switch"]:
        return "is stopped here"
    if str(before["thread"]) in step["waiting"]:
        return "waits"
    return "has ended" if ended else ""


def _told_once(row: Row) -> Row:
    """A loop on one line says the same again and again."""
    counted = {effect: row.effects.count(effect) for effect in row.effects}
    return replace(
        row,
        effects=tuple(
            replace(effect, text=f"{effect.text} ({times} times)") if times > 1 else effect
            for effect, times in counted.items()
        ),
    )


def _with_halves(told: list[Row]) -> list[Row]:
    """Mark a line that was left between its read and its write, or while it waited."""
    latest: dict[int, int] = {}
    for place, row in enumerate(told):
        if row.after_cut:
            latest = {}
        before = latest.get(row.thread)
        latest[row.thread] = place
        if before is not None and _halves(told[before], row):
            told[before] = replace(told[before], unfinished=True)
            told[place] = replace(row, goes_on=True)
    return told


def _halves(one: Row, other: Row) -> bool:
    if (one.file, one.line) != (other.file, other.line) or one.line is None:
        return False
    ends, begins = one.sorts[-1:], other.sorts[:1]
    return ends == [Sort.WAIT] or (ends in ([Sort.READ], [Sort.OTHER]) and begins == [Sort.WRITE])


def _with_failure(told: list[Row], document: Mapping[str, Any]) -> list[Row]:
    """Mark the last row of the thread that failed, or of a task of it, on the line if that has one."""
    failure = document["failure"]
    if failure is None or failure["thread"] is None or failure["kind"] in STOPPED:
        return told
    threads = document["story"]["threads"]
    may = {one["id"] for one in threads if failure["thread"] in {one["id"], one.get("task_of")}}
    own = [place for place, row in enumerate(told) if row.thread in may]
    there = [place for place in own if told[place].line == failure["line"]]
    if there or own:
        place = (there or own)[-1]
        told[place] = replace(told[place], fails=True)
    return told
