"""One number for all that happened: equal for executions that differ only in the order of independent steps.

Each step is hashed with the step of its task before it, and with the last write of every place that it was
to touch. Of two steps that conflict, at least one knows by that whether it came first. So two executions with
the same number have the same happens-before relation, and have led to the same state. No name and no address
is part of a number: which objects a step touches follows from what happened before it.

With `contents` it is what the step saw in these places that counts, and what they hold in the end, whoever
wrote it; and a task that begins another round of a loop knows what its variables say, and nothing else of the
rounds before.

Numbers of 61 bits and more: of a million states two are taken for one with a probability of 1 in 4 million.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.operation import ANYTHING
from conclab.explore.places import CLOCK
from conclab.explore.races import ALL_ITEMS, DATA
from conclab.explore.record import ALL, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conclab.explore.contents import Contents
    from conclab.explore.operation import Access, Place
    from conclab.explore.places import Touches
    from conclab.explore.record import Record, Step


ENDED = 1


class Happened:
    """The number of one execution, step by step."""

    def __init__(self, *, timed: bool, ordered: bool, contents: Contents | None = None) -> None:
        self._tasks = 0
        self.number = 0
        self._contents = contents
        self.shared_variables = False  # in the last step a task looked at lists that others may change
        self._written: dict[Place, Access] = {}
        self._entries: dict[
            tuple[int, int], int
        ] = {}  # by task and loop: its last step before the first round
        self._timed = timed  # whether it matters what the clock says
        self._ordered = ordered  # whether the order of all steps matters
        self._steps = 0
        self._last: dict[int, int] = {}  # of each task, its last step
        self._wrote: dict[Place, int] = {}  # of each place, the last step that wrote it

    def follow(self, record: Record) -> None:
        """Take in what was done since."""
        for step in record.steps[self._steps :]:
            self._add(step)
        self._steps = len(record.steps)
        if self._contents is not None:
            self.number = self._tasks + self._shared(self._contents)

    def after(self, task: int, touches: Touches) -> int:
        """What the number would be after that step, if it starts no task."""
        return self._tasks + self._change(task, self._hash(task, touches, (), after_all=False))

    def before(self, task: int, touches: Touches, seen: Sequence[object]) -> object:
        """What decides what a step of that task changes: what it knows, and what the places hold."""
        assert self._contents is not None
        if ALL in seen:
            return None
        held = tuple([self._held(access) for access in touches])
        return self._hash(task, touches, seen, after_all=False), held

    def _held(self, access: Access) -> object:
        assert self._contents is not None
        content = self._contents.content(access)
        return (VERSION, self._wrote.get(access.place, 0)) if content is VERSION else content

    def _add(self, step: Step) -> None:
        task = step.task
        if self._contents is not None and ALL in step.seen:
            self.number = self._tasks + self._shared(self._contents)
        number = self._hash(task, step.announced, step.seen, after_all=step.after_all)
        if step.callbacks or step.now:
            number = hash((number, step.picked, step.now))
        self._is_at(task, number)
        for access in (*(one for one in step.announced if one.writes), *step.more):
            self._wrote[access.place] = number
            if self._contents is not None:
                self._written[access.place] = access
        for started in step.started:
            self._is_at(started, hash((number, started)))
        self.shared_variables = any(each.lists for each in step.rounds)
        for each in step.rounds:
            before = self._entries.setdefault((each.task, each.loop), self._last.get(each.task, 0))
            self._is_at(each.task, hash((before, each.looks)))
        if self._contents is not None:
            for ended in step.ended:
                self._is_at(ended, ENDED)  # what it knew is of no use to anybody
        self.number = self._tasks

    def _is_at(self, task: int, number: int) -> None:
        self._tasks += self._change(task, number)
        self._last[task] = number

    def _change(self, task: int, number: int) -> int:
        before = self._last.get(task)
        return hash((task, number)) - (0 if before is None else hash((task, before)))

    def _shared(self, contents: Contents) -> int:
        """What all places that were written hold."""
        found = 0
        for place, access in self._written.items():
            contents.showing(self._wrote[place])
            content = contents.content(access)
            if content is VERSION:
                found += hash(("version", self._wrote[place]))
            elif content is not None:
                found += hash((contents.of(access), content))
        return found

    def _hash(self, task: int, touches: Touches, known: Sequence[object], *, after_all: bool) -> int:
        seen: list[object]
        if known:
            seen = [
                self._seen(access) if one is VERSION else one
                for access, one in zip(touches, known, strict=False)
                if self._timed or access.place is not CLOCK
            ]
        else:
            seen = [self._seen(access) for access in touches if self._timed or access.place is not CLOCK]
        everything = self.number if after_all or self._ordered or ALL in known else 0
        return hash((task, self._last.get(task, 0), everything, after_all, *seen))

    def _seen(self, access: Access) -> int:
        """The last writes of what may be the same place."""
        wrote = self._wrote
        place = access.place
        number = wrote.get(place, 0)
        kind = place[0]
        if kind not in DATA:
            return number
        found = [number]
        if ANYTHING in wrote:
            found.append(wrote[ANYTHING])
        if kind == "attribute":
            if place[1] is None:
                found.append(self._all(one for one in wrote if one[0] == "attribute" and one[2] == place[2]))
            else:
                found.append(wrote.get(("attribute", None, place[2]), 0))
        elif kind == "items":
            found.append(wrote.get(ALL_ITEMS, 0))
            if place[1] is None:
                found.append(self._all(one for one in wrote if one[0] == "items"))
        return hash(tuple(found))

    def _all(self, places: Iterable[Place]) -> int:
        return sum(hash((self._wrote[place],)) for place in places)
