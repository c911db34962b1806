"""One number for all that happened: equal for executions that differ only in the order of independent steps.

Each step is hashed with the step of its task before it, and with the last write of every place that it was to
touch. Of two steps that conflict, at least one knows by that whether it came first. So two executions with the
same number have the same happens-before relation, and have led to the same state. No name and no address is
part of a number: which objects a step touches follows from what happened before it.

Numbers of 61 bits and more: of a million states two are taken for one with a probability of 1 in 4 million.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.operation import ANYTHING
from conclab.explore.races import ALL_ITEMS, DATA
from conclab.explore.record import CLOCK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conclab.explore.operation import Access, Place
    from conclab.explore.record import Record, Step, Touches


class Happened:
    """The number of one execution, step by step."""

    def __init__(self, *, timed: bool, ordered: bool) -> None:
        self.number = 0
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

    def after(self, task: int, touches: Touches) -> int:
        """What the number would be after that step, if it starts no task."""
        return self._with(task, self._hash(task, touches, after_all=False))

    def _add(self, step: Step) -> None:
        task = step.task
        number = self._hash(task, step.announced, after_all=step.after_all)
        if step.callbacks or step.now:
            number = hash((number, step.picked, step.now))
        self.number = self._with(task, number)
        self._last[task] = number
        for access in step.announced:
            if access.writes:
                self._wrote[access.place] = number
        for access in step.more:
            self._wrote[access.place] = number
        for started in step.started:
            first = hash((number, started))
            self.number = self._with(started, first)
            self._last[started] = first

    def _with(self, task: int, number: int) -> int:
        before = self._last.get(task)
        return self.number + hash((task, number)) - (0 if before is None else hash((task, before)))

    def _hash(self, task: int, touches: Touches, *, after_all: bool) -> int:
        seen = [self._seen(access) for access in touches if self._timed or access.place is not CLOCK]
        everything = self.number if after_all or self._ordered else 0
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
