"""A random walk: at every decision one of those who could go on, the running one rather than another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.policy import Base, Limits, Way

if TYPE_CHECKING:
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Choice, Task

RESTLESSNESS = (0.1, 0.3, 0.7)  # how often a task that could go on is interrupted, drawn for each execution


class Random(Base):
    """Independent executions; finds what many schedules show, and promises nothing."""

    def __init__(self, limits: Limits) -> None:
        self.rng = limits.rng
        self.restless = 0.3

    def another(self, last: Run | None) -> bool:  # noqa: ARG002
        """Draw how restless the next one is."""
        self.restless = self.rng.choice(RESTLESSNESS)
        return True

    def choose(self, choice: Choice) -> Task:
        """Draw."""
        if choice.stays and self.rng.random() > self.restless:
            return choice.default
        return self.rng.choice(choice.tasks)

    def pick(self, key: tuple[int, int], count: int, run: Run) -> int:  # noqa: ARG002
        """Draw."""
        return self.rng.randrange(count)


WAY = Way(Random, "a random walk")
