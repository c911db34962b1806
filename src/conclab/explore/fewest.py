"""Makes a failing schedule shorter: the fewest switches that still fail in the same way."""

from __future__ import annotations

import itertools
from random import Random
from typing import TYPE_CHECKING

from conclab.explore.policies.exhaustive import Exhaustive
from conclab.explore.policies.plan import Deviation, Plan
from conclab.explore.policy import Limits

if TYPE_CHECKING:
    from conclab.explore.execution import Executor
    from conclab.explore.outcome import Failure
    from conclab.explore.scheduler import Run

TRIES = 400  # of dropping parts of the plan
SEARCH = 400  # executions for a shorter plan that is no part of it
FEW = 2


class Fewest:
    """One failing plan, and executions that look for a shorter one."""

    def __init__(self, executor: Executor, plan: list[Deviation], failure: Failure) -> None:
        self.executor = executor
        self.plan = plan
        self.failure = failure
        self.tries = 0

    def shrink(self) -> list[Deviation]:
        """Small parts of it first, then without some of it, then all short plans there are."""
        first = list(self.plan)
        for size in range(min(FEW + 1, len(first))):
            if any(self._works(list(part)) for part in itertools.combinations(first, size)):
                return self.plan
        for size in (8, 4, 2, 1):
            while any(self._works(part) for part in self._without(size)):
                pass
        if len(self.plan) > 1:
            self._search()
        return self.plan

    def _without(self, size: int) -> list[list[Deviation]]:
        plan = self.plan
        return [plan[:at] + plan[at + size :] for at in range(len(plan) - size, -1, -1)]

    def _works(self, plan: list[Deviation]) -> bool:
        if self.tries >= TRIES:
            return False
        self.tries += 1
        run = self.executor.execute(Plan(plan))
        better = self.failure.resembles(run.failure) and len(run.plan) < len(self.plan)
        if better:
            self.plan = list(run.plan)
        return better

    def _search(self) -> None:
        policy = Exhaustive(Limits(len(self.plan) - 1, Random(0)))
        last: Run | None = None
        for _ in range(SEARCH):
            if not policy.another(last):
                return
            last = self.executor.execute(policy)
            if self.failure.resembles(last.failure) and len(last.plan) < len(self.plan):
                self.plan = list(last.plan)
                policy.bound = len(self.plan) - 1
