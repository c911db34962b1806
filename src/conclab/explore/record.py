"""What was touched in each step of an execution, and what made it possible: food for the reduction.

Kept only for policies that want it. Object ids are good within one execution and no longer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conclab.explore.operation import ANYTHING, Access, Kind

if TYPE_CHECKING:
    from types import FrameType

    from conclab.explore.operation import Operation
    from conclab.explore.tasks import Choice, Task

NOTHING: tuple[Access, ...] = ()
UNKNOWN = (Access(ANYTHING, writes=True),)
CLOCK_READ = (Access(("clock",), writes=False),)
CLOCK_WRITE = (Access(("clock",), writes=True),)


@dataclass(slots=True)
class Step:
    """One decision and the operation that was done because of it."""

    task: int
    tasks: tuple[int, ...]  # who could be chosen, by id
    ready: int
    default: int
    stays: bool
    key: tuple[int, int]
    touches: tuple[Access, ...] = NOTHING
    sources: tuple[int, ...] = ()  # earlier steps that made it possible: their order can't be turned round
    edges: list[int] = field(default_factory=list)  # earlier steps that it follows by a lock
    after_all: bool = False  # it was possible only because nobody could go on
    callbacks: int = 0  # not a decision between tasks but between so many callbacks
    picked: int = 0
    acquires: bool = False

    def cost(self, task: int) -> int:
        """1 if choosing this one is a preemption or an early end of a sleep."""
        if task == self.default:
            return 0
        return int(self.stays or self.tasks.index(task) >= self.ready)


class Record:
    """The steps of one execution."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._pending: dict[int, tuple[Access, ...]] = {}  # announced and not done, by task

    @property
    def now(self) -> int:
        """The step that is being done."""
        return len(self.steps) - 1

    def announced(self, task: Task, operation: Operation, frame: FrameType | None) -> None:
        """Note what a task will touch when it is chosen."""
        self._pending[task.id] = touches(operation, frame)

    def pending_of(self, task: int) -> tuple[Access, ...]:
        """What a task would touch next."""
        return self._pending.get(task, NOTHING)

    def left(self) -> list[tuple[int, tuple[Access, ...]]]:
        """What was announced and never done, by task."""
        return list(self._pending.items())

    def forced(self, task: Task) -> None:
        """The task must let others go first: whatever they do next makes it possible for it to go on."""
        task.sources.append(-1)

    def decided(self, choice: Choice, chosen: Task) -> None:
        """Note a decision."""
        sources = chosen.sources
        if sources:
            chosen.sources = []
            if -1 in sources:
                sources = [source for source in sources if source >= 0]
                sources.append(self.now)
        lately = chosen.deadline is not None and not chosen.early and chosen.free is not None
        self.steps.append(
            Step(
                chosen.id,
                tuple([task.id for task in choice.tasks]),
                choice.ready,
                choice.default.id,
                choice.stays,
                choice.key,
                self._pending.get(chosen.id, NOTHING),
                tuple(sources),
                after_all=lately and not chosen.free(),  # type: ignore[misc]
            )
        )

    def executes(self, task: Task, operation: Operation) -> None:
        """The chosen operation is done now."""
        number = len(self.steps) - 1
        task.last = number
        self._pending.pop(task.id, None)
        if operation.kind in {Kind.ACQUIRE, Kind.RESUME, Kind.TRY}:
            self.steps[number].acquires = True

    def ended(self, task: Task) -> None:
        """The task ends in the step that is being done; others may ask whether it is alive."""
        if self.steps:
            task.last = self.now
            self.steps[-1].touches += (Access(("event", id(task)), writes=True),)

    def follows(self, step: int) -> None:
        """The step that is being done comes after that one, by a lock that was given back there."""
        if step >= 0 and self.steps:
            self.steps[-1].edges.append(step)

    def picked(self, key: tuple[int, int], count: int, number: int) -> None:
        """Note a choice among callbacks."""
        task = key[0]
        self.steps.append(
            Step(task, (task,), 1, task, stays=True, key=key, callbacks=count, picked=number, touches=UNKNOWN)
        )


def touches(operation: Operation, frame: FrameType | None) -> tuple[Access, ...]:  # noqa: C901, PLR0911
    """What the operation touches."""
    kind = operation.kind
    obj = operation.obj
    if operation.touches is not None:
        if frame is None:
            return UNKNOWN
        found = operation.touches(frame)
        return UNKNOWN if found is None else tuple(found)
    if kind in {Kind.ACQUIRE, Kind.RESUME}:
        return (Access(("lock", id(obj)), writes=True),)
    if kind is Kind.TRY:
        return (Access(("tried", id(obj)), writes=True), Access(("lock", id(obj)), writes=True))
    if kind is Kind.RELEASE:  # can't be turned round with taking the lock: that one waits for it
        return (Access(("tried", id(obj)), writes=True),)
    if kind is Kind.LOCKED:
        return (Access(("tried", id(obj)), writes=False), Access(("lock", id(obj)), writes=False))
    if kind is Kind.SET:
        return (Access(("event", id(obj)), writes=True),)
    if kind in {Kind.ASK, Kind.WAIT}:
        return (Access(("event", id(obj)), writes=False),)
    if kind is Kind.CLOCK:
        return CLOCK_READ
    if kind is Kind.SLEEP:
        return CLOCK_WRITE
    if kind in {Kind.JOIN, Kind.YIELD, Kind.END}:
        return NOTHING
    return UNKNOWN
