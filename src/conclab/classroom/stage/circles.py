"""Notices tasks that go round in circles: the same steps with the same values, which nobody else can change.

What a submission keeps to itself can't be seen here, so that a loop must be long before it is called one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.classroom.faults import StuckFault
from conclab.classroom.model import Reason
from conclab.explore.operation import LOADS, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conclab.classroom.hosted.base import Ask
    from conclab.classroom.stage.tasks import Task

READING = 400  # steps of all together that change nothing
LOCKING = 1_500  # the same, where locks were taken and given back: what they protect may be out of our sight
FEWEST = 100  # of them by each task that could go on
DIFFERENT = 8  # steps that one round may have
TRIES = frozenset({Kind.ACQUIRE, Kind.TRY, Kind.WAIT})
LOCKS = frozenset({Kind.ACQUIRE, Kind.RELEASE, Kind.JOIN})


class Circles:
    """Counts steps since something was changed."""

    def __init__(self) -> None:
        self._forget(0.0)

    def _forget(self, now: float) -> None:
        self._now = now
        self._steps = 0
        self._locked = False
        self._count: dict[Task, int] = {}
        self._seen: dict[Task, set[Any]] = {}

    @property
    def long(self) -> bool:
        """Whether there were many: it is time to look who could go on."""
        return self._steps >= (LOCKING if self._locked else READING)

    def saw(self, ask: Ask, kind: Kind, found: Any, *, now: float) -> None:
        """One step of a task."""
        failed = found is False and kind in TRIES
        if now != self._now or not (failed or kind in LOADS or kind in LOCKS):
            self._forget(now)
            return
        self._steps += 1
        self._locked = self._locked or (kind in LOCKS and not failed)
        self._count[ask.task] = self._count.get(ask.task, 0) + 1
        step = (id(ask.target), kind, ask.at, ask.what, tuple(ask.reads))
        self._seen.setdefault(ask.task, set()).add(step)

    def going_round(self, ready: Sequence[Task]) -> Sequence[Task]:
        """All who can go on, if none of them does more than that."""
        return ready if all(self._goes_round(task) for task in ready) else ()

    def fault(self, tasks: Sequence[Task]) -> StuckFault:
        """Nobody else can go on, and no time can pass."""
        names = " and ".join(task.name for task in tasks)
        at = next((f" at line {task.at[1]}" for task in tasks if task.at), "")
        verb, their = ("go", "they wait") if len(tasks) > 1 else ("goes", "it waits")
        return StuckFault(
            f"{names} {verb} round in circles{at}: {self._steps:,} steps that changed nothing, with the same "
            f"values each time, and nobody else can go on who could change what {their} for",
            reason=Reason.TIMEOUT,
        )

    def _goes_round(self, task: Task) -> bool:
        return self._count.get(task, 0) >= FEWEST and len(self._seen[task]) <= DIFFERENT
