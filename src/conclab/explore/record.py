"""What was touched in each step of an execution, and what made it possible: food for the reduction.

Kept only for policies that want it. Object ids are good within one execution and no longer.

What a step touches is announced before it is done. It may touch more (`also`): places which all those whom
it could disturb announce to write, while it disturbs none of its like.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag
from typing import TYPE_CHECKING

from conclab.explore.operation import Access, Kind
from conclab.explore.places import CLOCK_WRITE, NOTHING, UNKNOWN, Touches, of_code, touches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from conclab.explore.contents import Contents
    from conclab.explore.operation import Operation
    from conclab.explore.tasks import Choice, Task

STARTS = Access(("tasks",), writes=True)  # tasks are numbered in the order in which they start
VERSION = "version"  # in the place of what something holds: the step that wrote it
ALL = "all"  # the step may see everything
AMONG_THEMSELVES = frozenset(
    {STARTS.place[0]}
)  # kinds of places that are touched without being announced at all
REBINDS = {"attribute", "cell", "items", "anything"}  # what another thread's expression may stand for
TIRESOME = 60  # of the weight of a task: what a yield or the end of a sleep counts, as in decisions
TIRED = 300  # the weight at which a task may have to let others go first, at the earliest
LOOKS = 6  # likewise, of looks at what it has seen before


class Hidden(IntFlag):
    """What decides how an execution goes on, beside the order of the steps that conflict."""

    NOTHING = 0
    TIME = 1  # a clock was read, or a wait has a time limit: how long a sleep is can be seen
    FAIRNESS = 2  # somebody goes on for so long that others may have to have their turn
    LOOKS = 4  # or looks at the same again and again
    LOOP = 8  # an event loop: what is ready in it, and in which order
    INVARIANT = 16  # something is looked at between all steps
    END = 32  # daemons that could go on when everybody else had ended
    UNSEEN = 128  # what code learns without its being an operation
    ORDER = 64  # the order of all steps: which threads there are, at an instant


@dataclass(frozen=True, slots=True)
class Round:
    """A task has come to the test of a `while` loop."""

    task: int
    loop: int  # a number of its own for each time that a loop is entered
    looks: object  # what the task's variables hold
    lists: bool  # some hold lists, which others may change


@dataclass(slots=True)
class Step:
    """One decision and the operation that was done because of it."""

    task: int
    tasks: tuple[int, ...]  # who could be chosen, by id
    announced: Touches
    more: Touches = NOTHING  # what it touched beside
    sources: tuple[int, ...] = ()  # earlier steps that made it possible: their order can't be turned round
    edges: list[int] = field(default_factory=list)  # earlier steps that it follows by a lock
    started: list[int] = field(default_factory=list)  # tasks, by id
    ended: list[int] = field(default_factory=list)
    after_all: bool = False  # it was possible only because nobody could go on, or because time passed
    callbacks: int = 0  # not a decision between tasks but between so many callbacks
    picked: int = 0
    seen: tuple[object, ...] = ()  # what the places held that it was to touch
    rounds: list[Round] = field(default_factory=list)  # loops that its task begins another round of
    now: float = 0.0  # what a clock said that was read

    @property
    def touches(self) -> Touches:
        """All that it touched."""
        return self.announced + self.more


@dataclass(slots=True)
class Pending:
    """What a task has announced and not done yet."""

    operation: Operation
    frame: FrameType | None
    touches: Touches
    rebinds: int  # how many there had been when this was looked at


@dataclass(slots=True)
class Effort:
    """How long a task has been busy: the most that fairness could hold against it, in any order of steps."""

    weight: int = 0
    looks: int = 0
    seen: set[Operation] = field(default_factory=set)


class Record:
    """The steps of one execution."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.hidden = Hidden.NOTHING
        self.is_forced = False  # somebody who could go on must let others go first in the next decision
        self._pending: dict[int, Pending] = {}  # by task
        self._efforts: dict[int, Effort] = {}
        self._rebinds = 0
        self.contents: Contents | None = None  # what places hold, if a policy wants to know

    @property
    def now(self) -> int:
        """The step that is being done."""
        return len(self.steps) - 1

    def announced(  # noqa: C901 - the hot path
        self, task: Task, operation: Operation, frame: FrameType | None
    ) -> None:
        """Note what a task will touch when it is chosen."""
        if task.starter is not None:
            self._starts(task)
        if self.contents is not None and frame is not None:
            self.contents.meets(task, operation, frame, self.steps[-1])
        self._pending[task.id] = Pending(operation, frame, touches(task, operation, frame), self._rebinds)
        effort = self._efforts.get(task.id)
        if effort is None:
            effort = self._efforts[task.id] = Effort()
        if operation.reads_only and task.free is None:
            if operation in effort.seen:
                self._looks_again(effort)
            effort.seen.add(operation)
        elif operation.kind is Kind.TRY:
            self._looks_again(effort)
        elif operation.kind is not Kind.YIELD:
            effort.looks = 0
        if task.deadline is not None:
            self.also(CLOCK_WRITE[0])  # from when on it counts
            if operation.kind is not Kind.SLEEP:
                self.hidden |= Hidden.TIME
        elif operation.kind is Kind.CLOCK:
            self.hidden |= Hidden.TIME

    def _looks_again(self, effort: Effort) -> None:
        effort.looks += 1
        if effort.looks >= LOOKS:
            self.hidden |= Hidden.LOOKS

    def _starts(self, task: Task) -> None:
        """A new task comes to its first operation, or to its end, in the step of the one that starts it."""
        if self.steps:
            self.steps[-1].started.append(task.id)
            self.also(STARTS)
            started = getattr(task.thread, "_started", None)
            if started is not None:
                self.also(Access(("event", id(started)), writes=True, of=started))

    def also(self, access: Access) -> None:
        """The step that is being done touches this, too, which was not announced."""
        if self.steps and not any(one.place == access.place for one in self.steps[-1].more):
            self.steps[-1].more += (access,)

    def depends(self, hidden: Hidden) -> None:
        """This matters from now on."""
        self.hidden |= hidden

    def pending_of(self, task: int) -> Touches:
        """What a task would touch next."""
        pending = self._pending.get(task)
        return NOTHING if pending is None else self._now(pending)

    def _now(self, pending: Pending) -> Touches:
        """What an expression stands for may have changed since; then it is both, for safety."""
        if pending.rebinds != self._rebinds:
            pending.rebinds = self._rebinds
            if pending.operation.touches is not None and pending.touches is not UNKNOWN:
                again = of_code(pending.operation.touches, pending.frame)
                pending.touches = again if again is UNKNOWN else _both(pending.touches, again)
        return pending.touches

    def left(self) -> list[tuple[int, Touches]]:
        """What was announced and never done, by task."""
        return [(task, self._now(pending)) for task, pending in self._pending.items()]

    def forced(self) -> None:
        """Somebody who could go on has to let others go first."""
        self.is_forced = True

    def decided(self, choice: Choice, chosen: Task) -> None:
        """Note a decision."""
        sources: tuple[int, ...] = ()
        if chosen.sources:
            sources = tuple(chosen.sources)
            chosen.sources = []
        touched = self.pending_of(chosen.id)
        after_all = chosen.deadline is not None and _waits(chosen)
        pending = chosen.pending
        kind = None if pending is None else pending.kind
        if after_all and kind is not Kind.SLEEP:
            touched = (*touched, *CLOCK_WRITE)
        tiring = kind is Kind.YIELD or chosen.early
        self.steps.append(
            Step(
                chosen.id,
                tuple([task.id for task in choice.tasks]),
                touched,
                sources=sources,
                after_all=after_all and kind is not Kind.SLEEP,
                now=choice.run.now if kind is Kind.CLOCK else 0.0,
            )
        )
        if self.contents is not None and pending is not None:
            self.steps[-1].seen = self.contents.seen(pending, touched)
        if any(access.writes and access.place[0] in REBINDS for access in touched):
            self._rebinds += 1
        self.is_forced = False
        effort = self._efforts[chosen.id]
        effort.weight += TIRESOME if tiring else 1
        if effort.weight >= TIRED:
            self.hidden |= Hidden.FAIRNESS

    def executes(self, task: Task) -> None:
        """The chosen operation is done now."""
        task.last = self.now
        self._pending.pop(task.id, None)

    def ended(self, task: Task) -> None:
        """The task ends in the step that is being done; others may ask whether it is alive."""
        if task.starter is not None:
            self._starts(task)
        if self.steps:
            task.last = self.now
            if not task.leaves:
                self.steps[-1].ended.append(task.id)
            self.also(Access(("alive", id(task)), writes=False))

    def abandons(self, daemons: Iterable[Task]) -> None:
        """The process ends before they do; how far they have come is nobody's business but the schedule's."""
        if any(daemon.early or daemon.free is None or daemon.free() for daemon in daemons):
            self.hidden |= Hidden.END

    def follows(self, step: int) -> None:
        """The step that is being done comes after that one, by a lock that was given back there."""
        if step >= 0 and self.steps:
            self.steps[-1].edges.append(step)

    def looped(self, loop: object) -> None:
        """In the step that is being done an event loop takes what is ready, and asks what time it is."""
        self.hidden |= Hidden.LOOP | Hidden.TIME
        self.also(Access(("event", id(loop)), writes=False))
        self.also(CLOCK_WRITE[0])

    def picked(self, key: tuple[int, int], count: int, number: int) -> None:
        """Note a choice among callbacks."""
        self.hidden |= Hidden.LOOP
        self.steps.append(Step(key[0], (key[0],), UNKNOWN, callbacks=count, picked=number))
        self._rebinds += 1


def _waits(task: Task) -> bool:
    """Whether it can go on only since its time is over."""
    return task.free is None or not task.free()


def _both(some: Touches, others: Touches) -> Touches:
    known = {(one.place, one.writes) for one in some}
    return (*some, *(one for one in others if (one.place, one.writes) not in known))
