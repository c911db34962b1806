"""Greedy first, then searches that can exhaust the space beside searches that find odd bugs soon.

Ends when one of the searches has exhausted its space; its promise is then the promise of the whole.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from conclab.explore.policies.exhaustive import Exhaustive
from conclab.explore.policies.greedy import Greedy
from conclab.explore.policies.pct import Pct
from conclab.explore.policies.pos import Pos
from conclab.explore.policies.random import Random as Walk
from conclab.explore.policies.reduced import Reduced
from conclab.explore.policies.states import States
from conclab.explore.policy import Base, Limits, Way

if TYPE_CHECKING:
    from conclab.explore.policy import Policy
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Choice, Task


SAMPLES = 600  # executions in which samples have their turns as often as searches that come to an end
SELDOM = 4  # and then once in so many


class Default(Base):
    """Takes turns among policies; each learns from its own executions."""

    def __init__(self, limits: Limits) -> None:
        def own() -> Limits:
            return Limits(limits.preemptions, Random(limits.rng.random()))

        self.greedy = Greedy(own())
        whole = Reduced(Limits(None, own().rng))
        bounded = States(own())
        samples: list[Policy] = [Pct(own()), Exhaustive(own()), Walk(own()), Pos(own())]
        self.turns: list[Policy] = [whole, *samples[:3], bounded, samples[3]]
        self.later: list[Policy] = [whole, bounded, bounded]  # those that come to an end
        if limits.preemptions is None:
            self.turns.remove(bounded)
            self.later = [whole]
        self.samples = SAMPLES
        self.now: Policy = self.greedy
        self.greeting = True
        self.turn = -1
        self.lasts: dict[int, Run | None] = {}
        self.bound = limits.preemptions

    @property
    def name(self) -> str:
        """Of the policy that made the last execution."""
        return type(self.now).__module__.rpartition(".")[2]

    def another(self, last: Run | None) -> bool:
        """Let the next policy have its turn."""
        if last is not None:
            self.lasts[id(self.now)] = last
        if self.greeting:
            if self.greedy.another(last):
                self.records = False
                return True
            self.greeting = False
        self.samples -= 1
        turns = self.turns if self.samples > 0 or self.samples % SELDOM == 0 else self.later
        self.turn = (self.turn + 1) % len(turns)
        self.now = turns[self.turn]
        self.records = self.now.records
        if self.now.another(self.lasts.get(id(self.now))):
            return True
        self.exhausted = self.now.exhausted
        self.strayed = self.now.strayed
        self.bound = getattr(self.now, "bound", self.bound)
        self.saved = self.now.saved
        return False

    def choose(self, choice: Choice) -> Task:
        """As the policy whose turn it is."""
        return self.now.choose(choice)

    def pick(self, key: tuple[int, int], count: int, run: Run) -> int:
        """As the policy whose turn it is."""
        return self.now.pick(key, count, run)

    def promise(self) -> str:
        """What the sample has shown with a stated probability."""
        return next(one for one in self.turns if isinstance(one, Pct)).promise()


WAY = Way(Default, "all of them in turn")
