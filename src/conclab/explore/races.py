"""Which steps of an execution happened before which, and which of them raced.

Vector clocks over the steps of one record. Two steps race if they touch the same place, one of them
writes, they belong to different tasks, and nothing else orders them: the other order is another behaviour.
After Flanagan and Godefroid, "Dynamic partial-order reduction", POPL 2005, and Abdulla et al., "Optimal
dynamic partial order reduction", POPL 2014.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.operation import ANYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conclab.explore.operation import Access, Place
    from conclab.explore.record import Step

DATA = frozenset({"attribute", "items", "cell", "clock", "anything"})  # what code that is not known may touch
ALL_ITEMS: Place = ("items", None)
Clock = list[int]  # by task: 1 + its last step that happened before
Race = tuple[int, Clock]  # an earlier step, and what is known to be before the later one then


class Cell:
    """The last write of one place, and each task's last read since."""

    __slots__ = ("reads", "write")

    def __init__(self) -> None:
        self.write = -1
        self.reads: dict[int, int] = {}


class Places:
    """Who touched what last, over all places that may be the same."""

    def __init__(self) -> None:
        self._cells: dict[Place, Cell] = {}

    def conflicting(self, touches: Sequence[Access]) -> list[int]:
        """Earlier steps that touch the same, the latest first; those behind a write are ordered by it."""
        found: set[int] = set()
        for access in touches:
            for cell in self._same(access.place):
                found.add(cell.write)
                if access.writes:
                    found.update(cell.reads.values())
        found.discard(-1)
        return sorted(found, reverse=True)

    def note(self, number: int, task: int, touches: Sequence[Access]) -> None:
        """A step was done."""
        for access in touches:
            cell = self._cells.get(access.place)
            if cell is None:
                cell = self._cells[access.place] = Cell()
            if access.writes:
                cell.write = number
                cell.reads.clear()
            else:
                cell.reads[task] = number

    def _same(self, place: Place) -> Iterator[Cell]:
        cells = self._cells
        kind = place[0]
        if place is ANYTHING or (kind in {"attribute", "items"} and place[1] is None):
            yield from (cell for other, cell in cells.items() if same(place, other))
            return
        if place in cells:
            yield cells[place]
        if kind not in DATA:
            return
        if kind == "attribute":
            whole: Place = ("attribute", None, place[2])
        else:
            whole = ALL_ITEMS if kind == "items" else place
        for one in {whole, ANYTHING} - {place}:
            if one in cells:
                yield cells[one]


class History:
    """Happens-before of one execution, built step by step."""

    def __init__(self, tasks: int) -> None:
        self.clocks: list[Clock] = []
        self._owners: list[int] = []
        self._last: list[Clock] = [[0] * tasks for _ in range(tasks)]
        self._places = Places()

    def add(self, step: Step, touches: Sequence[Access]) -> list[Race]:
        """Add a step. Returns the earlier steps that race with it."""
        number = len(self.clocks)
        clock = list(self._last[step.task])
        for source in step.sources:
            if source < number:
                join(clock, self.clocks[source])
        races = self._races(step.task, touches, clock)
        for edge in step.edges:
            if edge < number:
                join(clock, self.clocks[edge])
        clock[step.task] = number + 1
        self._last[step.task] = clock
        self.clocks.append(clock)
        self._owners.append(step.task)
        self._places.note(number, step.task, touches)
        return races

    def pending(self, task: int, touches: Sequence[Access]) -> list[Race]:
        """What a step that was announced and never done would race with."""
        return self._races(task, touches, list(self._last[task]))

    def _races(self, task: int, touches: Sequence[Access], clock: Clock) -> list[Race]:
        """Find the races of a step; its clock comes to know of them."""
        races = []
        for earlier in self._places.conflicting(touches):
            owner = self._owners[earlier]
            if owner != task and clock[owner] <= earlier:
                races.append((earlier, list(clock)))
                join(clock, self.clocks[earlier])
        return races


def initials(earlier: int, later: int, race: Clock, history: History, owners: Sequence[int]) -> list[int]:
    """Who could begin an execution in which the later step comes without the earlier one.

    Of the steps in between that do not depend on the earlier one, and the later one itself: the tasks whose
    first step has none of the others before it.
    """
    task = owners[earlier]
    kept: list[int] = []
    seen: set[int] = {task}
    found: list[int] = []
    for number in range(earlier + 1, later + 1):
        clock = race if number == later else history.clocks[number]
        if number < later and clock[task] > earlier:
            continue
        owner = owners[number]
        if owner not in seen:
            seen.add(owner)
            if all(clock[owners[each]] <= each for each in kept):
                found.append(owner)
        kept.append(number)
    return found


def join(clock: Clock, other: Clock) -> None:
    """Know what the other one knows, too."""
    for task, last in enumerate(other):
        clock[task] = max(clock[task], last)


def conflict(some: Sequence[Access], others: Sequence[Access]) -> bool:
    """Whether two operations can't change places."""
    return any(
        (one.writes or other.writes) and same(one.place, other.place) for one in some for other in others
    )


def same(one: Place, other: Place) -> bool:
    """Whether two places may be one."""
    if one == other:
        return True
    if one is ANYTHING or other is ANYTHING:
        return one[0] in DATA and other[0] in DATA
    if one[0] != other[0] or one[0] not in {"attribute", "items"}:
        return False
    return one[2:] == other[2:] and None in {one[1], other[1]}
