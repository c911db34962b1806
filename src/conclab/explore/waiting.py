"""Schedules that are to be tried, and what about a task decides how it goes on. Chooses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.operation import Kind
from conclab.explore.record import Hidden

if TYPE_CHECKING:
    from conclab.explore.decisions import Decisions
    from conclab.explore.policies.plan import Deviation
    from conclab.explore.tasks import Task

SMALLEST_S = 9  # digits behind the point
UNFAIR = Hidden.TIME | Hidden.FAIRNESS | Hidden.LOOKS


class Waiting:
    """A schedule that is to be tried: an earlier one up to a state, and another choice there."""

    __slots__ = ("before", "deviation", "effect", "number", "origin", "step")

    def __init__(
        self,
        before: Waiting | None,
        deviation: Deviation,
        step: int,
        *,
        number: int = 0,
        origin: int = 0,
        effect: object = None,
    ) -> None:
        self.before = before
        self.deviation = deviation
        self.step = step  # in which that choice is made
        self.number = number  # of the state that it leads to, if it can be told
        self.origin = origin  # of the state in which that choice is made
        self.effect = effect  # what decides how the one is changed into the other

    def plan(self) -> list[Deviation]:
        """From the beginning."""
        found = []
        one: Waiting | None = self
        while one is not None:
            found.append(one.deviation)
            one = one.before
        return found


def moves_nobody(task: Task) -> bool:
    """Whether what it is about to do touches nothing: it waited, and what it waited for is there for good."""
    pending = task.pending
    return task.deadline is None and pending is not None and pending.kind is Kind.JOIN


def fresh(task: Task, changes: int) -> list[int]:
    """Which of the places that it has looked at show what they did then: the first, the second, ..."""
    return [number for number, at in enumerate(task.seen.values()) if at == changes]


def waits(task: Task, queues: bool) -> int:
    """Where a task stands in a queue of those who wait, if that can matter; -1 if it was told to go on."""
    pending = task.pending
    if pending is not None and pending.kind is Kind.RESUME:
        queue = list(pending.name._waiters)  # type: ignore[attr-defined]
        waiter = task.free.__self__._waiter  # type: ignore[union-attr]
        if waiter not in queue:
            return -1
        return queue.index(waiter) if queues or not pending.obj.is_users else 0
    if pending is not None and pending.kind is Kind.WAIT:
        return -int(task.free())  # type: ignore[misc]
    return 0


def yields(task: Task) -> bool:
    """Whether it is about to let others go first."""
    return task.pending is not None and task.pending.kind is Kind.YIELD


def around(run: Decisions, hidden: Hidden, queues: bool | None) -> int:
    """What decides who goes on beside what has happened; 0 if nothing does."""
    found: list[object] = []
    if hidden & Hidden.TIME:
        found += [run.now, *((task.id, task.deadline) for task in run.live)]
    elif any(task.deadline is not None for task in run.live):
        found += [
            (task.id, round(task.deadline - run.now, SMALLEST_S))
            for task in run.live
            if task.deadline is not None
        ]
    if queues is not None:
        found += [(task.id, waits(task, queues)) for task in run.live if task.free is not None]
    if hidden & UNFAIR:
        found += [(task.idle, *fresh(task, run.changes)) for task in run.live]
    if hidden & Hidden.FAIRNESS:
        found.append(run.streak)
    return hash(tuple(found)) if found else 0
