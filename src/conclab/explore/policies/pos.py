"""POS: a random priority for every pending operation, drawn anew after a conflict.

Yuan, Yang and Gu, "Partial order aware concurrency sampling", CAV 2018.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.operation import LOADS
from conclab.explore.policy import Base, Limits, Way

if TYPE_CHECKING:
    from conclab.explore.operation import Operation
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Choice, Task


class Pos(Base):
    """Independent executions, spread over the orders of conflicting operations."""

    def __init__(self, limits: Limits) -> None:
        self.rng = limits.rng
        self.priority: dict[int, float] = {}

    def another(self, last: Run | None) -> bool:  # noqa: ARG002
        """Forget."""
        self.priority = {}
        return True

    def choose(self, choice: Choice) -> Task:
        """The highest priority; whoever wanted the same place draws again."""
        priority = self.priority
        for task in choice.tasks:
            if task.id not in priority:
                priority[task.id] = self.rng.random()
        chosen = max(choice.tasks, key=lambda task: priority[task.id])
        mine = chosen.pending
        for task in choice.tasks:
            other = task.pending
            if task is chosen or conflict(mine, other):
                priority[task.id] = self.rng.random()
        return chosen

    def pick(self, key: tuple[int, int], count: int, run: Run) -> int:  # noqa: ARG002
        """Draw."""
        return self.rng.randrange(count)


def _conflict(one: Operation | None, other: Operation | None) -> bool:
    """As far as names tell: cheap, and good enough to spread the schedules."""
    if one is None or other is None or one.name != other.name or one.obj is not other.obj:
        return False
    return not (one.kind in LOADS and other.kind in LOADS)


def conflict(one: Operation | None, other: Operation | None) -> bool:
    """As far as names tell: cheap, and good enough to spread the schedules."""
    if one is None or other is None or one.name != other.name or one.obj is not other.obj:
        return False
    return not (one.kind in LOADS and other.kind in LOADS)


WAY = Way(Pos, "a random priority for every operation (POS)")
