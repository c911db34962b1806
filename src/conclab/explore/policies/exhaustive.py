"""Every schedule with no preemption, then every one with one more, up to the bound; each exactly once.

Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded programs", PLDI
2007 (CHESS). A switch away from a task that could go on is a preemption; so is a sleep that ends early, and
a callback of an event loop that runs out of turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.policies.plan import Deviation, Plan
from conclab.explore.policy import Limits, Way

if TYPE_CHECKING:
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Choice, Task


class Exhaustive(Plan):
    """Plans, each of which adds one deviation to an earlier one, behind its last."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.bound = limits.preemptions
        self.rng = limits.rng
        self.levels: dict[int, list[tuple[Deviation, ...]]] = {0: [()]}
        self.level = 0
        self.prefix: tuple[Deviation, ...] = ()
        self.found: list[tuple[Deviation, int]] = []

    def another(self, last: Run | None) -> bool:
        """Take a plan of the lowest level that has any."""
        if last is not None:
            self.strayed = self.strayed or not self.followed
            for deviation, cost in self.found:
                level = self.level + cost
                if self.bound is None or level <= self.bound:
                    self.levels.setdefault(level, []).append((*self.prefix, deviation))
        left = [level for level, plans in self.levels.items() if plans]
        if not left:
            self.exhausted = not self.strayed
            return False
        self.level = min(left)
        plans = self.levels[self.level]
        number = self.rng.randrange(len(plans))
        plans[number], plans[-1] = plans[-1], plans[number]
        self.prefix = plans.pop()
        super().__init__(self.prefix)
        self.found = []
        return True

    def choose(self, choice: Choice) -> Task:
        """Follow the plan; behind it, note what else could be done."""
        if self.left:
            return super().choose(choice)
        default = choice.default
        for number, task in enumerate(choice.tasks):
            if task is not default:
                self.found.append(((choice.key, task.id), choice.cost(number)))
        return default

    def pick(self, key: tuple[int, int], count: int, run: Run) -> int:
        """Follow the plan; behind it, note what else could be done."""
        if self.left:
            return super().pick(key, count, run)
        self.found += [((key, number), 1) for number in range(1, count)]
        return 0


WAY = Way(Exhaustive, "every schedule up to the bound")
