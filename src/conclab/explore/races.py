"""Which steps of an execution happened before which, and which of them raced.

Vector clocks over the steps of one record. Two steps race if they touch the same place, one of them
writes, they belong to different tasks, and nothing else orders them: the other order is another behaviour.
After Flanagan and Godefroid, "Dynamic partial-order reduction", POPL 2005, and Abdulla et al., "Optimal
dynamic partial order reduction", POPL 2014 (source sets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.operation import ANYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conclab.explore.operation import Access
    from conclab.explore.record import Step

DATA = frozenset({"attribute", "items", "cell", "clock", "anything"})
Clock = list[int]  # by task: 1 + its last step that happened before
Entry = tuple[int, bool, int | None]  # step, whether it writes, which object


class History:
    """Happens-before of one execution, built step by step."""

    def __init__(self, tasks: int) -> None:
        self.clocks: list[Clock] = []
        self.tasks = tasks
        self._last: list[Clock] = [[0] * tasks for _ in range(tasks)]
        self._touched: dict[object, list[Entry]] = {}
        self._data: list[Entry] = []
        self._anything: list[Entry] = []

    def add(self, number: int, step: Step, steps: Sequence[Step]) -> Iterator[tuple[int, Clock]]:
        """Add a step. Yields the earlier steps that race with it, and what is known to be before it then."""
        clock = list(self._last[step.task])
        for source in step.sources:
            if 0 <= source < number:
                join(clock, self.clocks[source])
        if step.after_all:
            for other in self._last:
                join(clock, other)
        for earlier in self._conflicting(step.touches):
            owner = steps[earlier].task
            if owner == step.task or clock[owner] > earlier:
                continue
            yield earlier, clock
            join(clock, self.clocks[earlier])
        for edge in step.edges:
            if edge < number:
                join(clock, self.clocks[edge])
        clock[step.task] = number + 1
        self._last[step.task] = clock
        self.clocks.append(clock)
        self._note(number, step.touches)

    def peek(self, number: int, step: Step, steps: Sequence[Step]) -> Iterator[tuple[int, Clock]]:
        """The same for a step that was never done: nothing is added."""
        clock = list(self._last[step.task])
        for earlier in self._conflicting(step.touches):
            other = steps[earlier].task
            if earlier < number and other != step.task and clock[other] <= earlier:
                yield earlier, list(clock)
                join(clock, self.clocks[earlier])

    def _note(self, number: int, touches: Sequence[Access]) -> None:
        for access in touches:
            place = access.place
            entry = (number, access.writes, place[1] if len(place) > 1 else None)
            if place is ANYTHING:
                self._anything.append(entry)
            else:
                self._touched.setdefault(_bucket(place), []).append(entry)
            if place[0] in DATA:
                self._data.append(entry)

    def _conflicting(self, touches: Sequence[Access]) -> list[int]:
        """Earlier steps that touch the same, the latest first; those behind a write are ordered by it."""
        found: set[int] = set()
        for access in touches:
            place = access.place
            if place is ANYTHING:
                anything = {step for step, _, _ in self._anything}
                for step, _, _ in reversed(self._data):
                    found.add(step)
                    if step in anything:
                        break
                continue
            obj = place[1] if len(place) > 1 else None
            exact = place[0] not in {"attribute", "items"}
            for step, writes, other in reversed(self._touched.get(_bucket(place), ())):
                if not exact and other != obj and other is not None and obj is not None:
                    continue
                if writes or access.writes:
                    found.add(step)
                if writes and (exact or other is None or other == obj):
                    break
            if place[0] in DATA and self._anything:
                found.add(self._anything[-1][0])
        return sorted(found, reverse=True)


def _bucket(place: tuple[object, ...]) -> object:
    if place[0] == "attribute":
        return ("attribute", place[2])
    if place[0] == "items":
        return "items"
    return place


def join(clock: Clock, other: Clock) -> None:
    """Know what the other one knows, too."""
    for task, last in enumerate(other):
        clock[task] = max(clock[task], last)


def conflict(some: Sequence[Access], others: Sequence[Access]) -> bool:
    """Whether two operations can't change places."""
    for one in some:
        for other in others:
            if (one.writes or other.writes) and _same(one.place, other.place):
                return True
    return False


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    if one == other:
        return True
    if one is ANYTHING or other is ANYTHING:
        return one[0] in DATA and other[0] in DATA
    if one[0] != other[0] or one[0] not in {"attribute", "items"} or one[2:] != other[2:]:
        return False
    return one[1] is None or other[1] is None
