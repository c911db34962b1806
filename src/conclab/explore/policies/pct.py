"""PCT: random priorities, and d - 1 places at which the running task falls behind all others.

Burckhardt et al., "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010: with n
tasks and k steps, one execution finds a bug of depth d with a probability of at least 1 / (n k^(d - 1)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.policy import Base, Limits, Way

if TYPE_CHECKING:
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Choice, Task

DEPTHS = (2, 3, 4)
WORTH_SAYING = 0.1
FIRST_STEPS = 30  # how long an execution may be, before one was seen


class Pct(Base):
    """Independent executions with a stated chance."""

    def __init__(self, limits: Limits) -> None:
        self.rng = limits.rng
        self.steps = FIRST_STEPS
        self.tasks = 1
        self.depth = DEPTHS[0]
        self.priority: dict[int, float] = {}
        self.falls: dict[int, int] = {}
        self.at = 0
        self.tried = dict.fromkeys(DEPTHS, 0)

    def another(self, last: Run | None) -> bool:
        """Draw priorities and places anew, for executions as long as the longest up to now."""
        if last is not None:
            self.steps = max(self.steps, last.steps)
            self.tasks = max(self.tasks, len(last.tasks))
        self.depth = self.rng.choice(DEPTHS)
        self.tried[self.depth] += 1
        self.priority = {}
        self.falls = {self.rng.randrange(1, self.steps + 1): -number for number in range(1, self.depth)}
        self.at = 0
        return True

    def choose(self, choice: Choice) -> Task:
        """The one of highest priority."""
        self.at += 1
        priority = self.priority
        for task in choice.tasks:
            if task.id not in priority:
                priority[task.id] = self.rng.random()
        if choice.stays and self.at in self.falls:
            priority[choice.default.id] = self.falls[self.at]
        ready = choice.tasks[: choice.ready] if self.rng.random() < 0.9 else choice.tasks  # noqa: PLR2004
        return max(ready, key=lambda task: priority[task.id])

    def pick(self, key: tuple[int, int], count: int, run: Run) -> int:  # noqa: ARG002
        """Mostly in order: a callback out of turn is what a task that falls behind is elsewhere."""
        self.at += 1
        return self.rng.randrange(count)

    def promise(self) -> str:
        """The chance that all these executions together miss a bug of depth 2, at most."""
        once = 1 / (max(self.tasks, 2) * self.steps)
        found = 1 - (1 - once) ** self.tried[2]
        if found < WORTH_SAYING:
            return ""
        chance = f"{min(found, 0.99):.0%}"  # never certain
        return f"each bug that needs one ordered switch was found with a probability of at least {chance}"


WAY = Way(Pct, "random priorities with a stated chance (PCT)")
