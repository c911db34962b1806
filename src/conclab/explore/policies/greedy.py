"""Four executions, each of which holds one kind of operation back as long as anybody else can go on.

Nested locks, stores, calls, loads: the places at which most mistakes are made. Finds most of the classic
bugs in its first three executions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.operation import Kind
from conclab.explore.policy import Base, Limits, Way

if TYPE_CHECKING:
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Choice, Task

HELD_BACK = (
    frozenset({Kind.ACQUIRE, Kind.TRY, Kind.RESUME}),
    frozenset({Kind.STORE, Kind.WRITE}),
    frozenset({Kind.CALL}),
    frozenset({Kind.LOAD, Kind.READ, Kind.ASK}),
)
NESTED = HELD_BACK[0]


class Greedy(Base):
    """A handful of executions that meet the most common mistakes."""

    def __init__(self, limits: Limits) -> None:  # noqa: ARG002
        self._left = list(HELD_BACK)
        self._kinds: frozenset[Kind] = frozenset()

    def another(self, last: Run | None) -> bool:  # noqa: ARG002
        """The next kind."""
        if not self._left:
            return False
        self._kinds = self._left.pop(0)
        return True

    def choose(self, choice: Choice) -> Task:
        """Anybody whose operation is of another kind."""
        if not self._late(choice.default):
            return choice.default
        for task in choice.tasks[: choice.ready]:
            if not self._late(task):
                return task
        return choice.default

    def _late(self, task: Task) -> bool:
        pending = task.pending
        if pending is None or pending.kind not in self._kinds:
            return False
        return self._kinds is not NESTED or bool(task.held)


WAY = Way(Greedy, "hold nested locks, stores, calls, loads back")
