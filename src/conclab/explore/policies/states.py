"""Every state that can be reached within the bound, each gone on from once, with the fewest preemptions.

Schedules with one preemption come after all of those with none, and so on (Musuvathi and Qadeer, "Iterative
context bounding", PLDI 2007). A schedule that comes to a state which was met before, with as many preemptions
or fewer and the same task running, is not followed any further; one of which that can be told before it is
tried is not tried at all. A state is known by what has happened before it (`happened`), and by whatever else
decides how it goes on: time limits, and what fairness holds against a task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore import engine
from conclab.explore.contents import Contents
from conclab.explore.happened import Happened
from conclab.explore.policies.plan import Plan
from conclab.explore.policy import Limits, Way
from conclab.explore.record import Hidden
from conclab.explore.transparent import asks, is_transparent
from conclab.explore.waiting import UNFAIR, Waiting, around, moves_nobody, yields

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from conclab.explore.decisions import Decisions
    from conclab.explore.record import Record
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Choice, Task

NOBODY = -1
MATTERS = UNFAIR | Hidden.ORDER | Hidden.LOOP | Hidden.UNSEEN
OPAQUE = Hidden.TIME | Hidden.ORDER | Hidden.LOOP | Hidden.UNSEEN


class States(Plan):
    """Breadth first by preemptions; among equals in random order."""

    records = True

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.bound = limits.preemptions
        self.hidden = Hidden.NOTHING
        self._queues: bool | None = (
            True  # somebody wakes one of those who wait for a condition, and not all of them
        )
        self._valued = True  # states are told by what tasks have seen and places hold, not by who wrote it
        self._rng: Random = limits.rng
        self._cheapest: dict[tuple[int, int], int] = {}  # preemptions up to a state, by who was running
        self._least: dict[int, int] = {}  # preemptions up to a state, whoever was running
        self._edges: dict[tuple[int, int], int] = {}  # by state and who goes on there: the fewest preemptions
        self._stay: dict[int, frozenset[int]] = {}  # by state: whom it costs something to interrupt there
        self._levels: dict[int, list[Waiting]] = {}
        self._level = 0
        self._started = False
        self._waiting: Waiting | None = None
        self._effects: dict[object, int] = {}
        self._deferred: list[tuple[int, Waiting] | None] = []
        self._came: tuple[int, object, int] | None = None
        self._happened = Happened(timed=False, ordered=False)

    def another(self, last: Run | None) -> bool:
        """Take one of those with the fewest preemptions."""
        if last is not None and last.record is not None:
            self.strayed = self.strayed or not self.followed
            hidden = last.record.hidden & MATTERS
            if not is_transparent(engine.points()):
                hidden |= Hidden.UNSEEN
            if hidden & ~self.hidden:
                self._begin_again(hidden)
        if not self._started:
            self._started = True
            self._follow(None)
            return True
        found = self._next()
        if found is None:
            self.exhausted = not self.strayed
            return False
        self._follow(found)
        return True

    def _begin_again(self, hidden: Hidden) -> None:
        """States that were taken for the same need not be."""
        self.hidden |= hidden
        if self.hidden & OPAQUE:
            self._valued, self._queues = False, None
        self._cheapest, self._least, self._edges = {}, {}, {}
        self._stay, self._levels, self._effects = {}, {}, {}
        self._level = 0
        self._started = False
        self.saved = 0

    def _follow(self, waiting: Waiting | None) -> None:
        self._waiting = waiting
        self._came = None
        self._put_all(self._deferred)
        self._deferred = []
        if waiting is not None and waiting.effect is not None:
            self._came = waiting.origin, waiting.effect, waiting.step
        self.deviations = {} if waiting is None else dict(waiting.plan())
        self.left = len(self.deviations)
        self.missed = []
        self._happened = Happened(
            timed=bool(self.hidden & Hidden.TIME), ordered=bool(self.hidden & Hidden.ORDER)
        )

    def _next(self) -> Waiting | None:
        while self._levels:
            self._level = min(self._levels)
            waiting = self._levels[self._level]
            number = self._rng.randrange(len(waiting))
            waiting[number], waiting[-1] = waiting[-1], waiting[number]
            found = waiting.pop()
            if not waiting:
                del self._levels[self._level]
            edge = found.origin, found.deviation[1]  # the same step from the same state, tried for less since
            dearer = found.origin and self._edges.get(edge, self._level) < self._level
            if not dearer and not self._is_known(found, self._level):
                return found
            self.saved += 1
        return None

    # ---- during an execution

    def choose(self, choice: Choice) -> Task:  # noqa: C901, PLR0912 - the hot path
        """Follow the plan; behind it, look whether the state is known, and note what else could be done."""
        record = choice.run.record
        assert record is not None
        if self._valued and record.contents is None:
            self._queues = asks(engine.points(), "notify")
            record.contents = Contents(choice.run)
            self._happened = Happened(timed=False, ordered=False, contents=record.contents)
        if self.left:
            if self._valued:
                self._happened.follow(record)  # things are named by the step that shows them first
            chosen = super().choose(choice)
            self._compare(record)
            return chosen
        if choice.run.cut:
            return choice.default
        self._happened.follow(record)
        beside = around(choice.run, self.hidden, self._queues)
        running = choice.default.id if choice.stays else NOBODY
        if record.is_forced:
            running -= 1 + choice.key[0]
        number = self._happened.number + beside
        self._learn(number, len(record.steps))
        self._enter(choice.run, number, running)
        if choice.run.cut:
            return choice.default
        if number not in self._stay:
            ready = choice.tasks[: choice.ready]
            self._stay[number] = frozenset([task.id for task in ready if not yields(task)])
        self._settle(running)
        chosen = choice.default
        if running == NOBODY:
            chosen = next((task for task in choice.tasks[: choice.ready] if moves_nobody(task)), chosen)
        noted = {
            task: self._note(choice, position, record, beside) for position, task in enumerate(choice.tasks)
        }
        if not self._is_new(noted[chosen], self._level):
            # Nothing new comes of it. Something else at the same price goes on in this execution.
            free = [task for task in choice.tasks if self._is_new(noted[task], self._level)]
            if not free:
                self._put_all(noted.values())
                choice.run.cut_off()
                return choice.default
            chosen = free[0]
        mine = noted.pop(chosen)
        assert mine is not None
        self._edges[number, chosen.id] = self._level
        if moves_nobody(chosen) and running == NOBODY:
            self._deferred = list(noted.values())
        else:
            self._put_all(noted.values())
        if self._valued:
            self._came = number, mine[1].effect, len(record.steps)
        if chosen is not choice.default:
            self._waiting = Waiting(self._waiting, (choice.key, chosen.id), len(record.steps))
        return chosen

    def _settle(self, running: int) -> None:
        """Whoever touched nothing waits again: nobody need have gone before. Otherwise they might have."""
        if self._deferred and running != NOBODY:
            self._put_all(self._deferred)
        else:
            self.saved += len(self._deferred)
        self._deferred = []

    def _compare(self, record: Record) -> None:
        """The program must come to the last choice of the plan in the step in which it came to it before."""
        if not self.left and self._waiting is not None and self._waiting.step != len(record.steps):
            self.strayed = True

    def _note(self, choice: Choice, position: int, record: Record, beside: int) -> tuple[int, Waiting] | None:
        cost = self._level + choice.cost(position)
        if self.bound is not None and cost > self.bound:
            return None
        task = choice.tasks[position]
        origin = self._happened.number + beside
        number, effect = 0, None
        if task.deadline is None and not self.hidden & UNFAIR:
            if self._valued:
                effect = self._effect(task, record, beside)
                change = self._effects.get(effect)
                number = 0 if change is None else origin + change
            else:
                number = self._happened.after(task.id, record.pending_of(task.id)) + beside
        plan = (choice.key, task.id)
        step = len(record.steps)
        return cost, Waiting(self._waiting, plan, step, number=number, origin=origin, effect=effect)

    def _effect(self, task: Task, record: Record, beside: int) -> object:
        """All that decides what the next step of a task changes."""
        assert record.contents is not None
        assert task.pending is not None
        touches = record.pending_of(task.id)
        seen = record.contents.seen(task.pending, touches)
        before = self._happened.before(task.id, touches, seen)
        return None if before is None else (before, beside)

    def _learn(self, number: int, steps: int) -> None:
        """A state was reached by one step from another: the same step changes others in the same way."""
        if self._came is not None:
            origin, effect, step = self._came
            if effect is not None and steps == step + 1 and not self._happened.shared_variables:
                self._effects[effect] = number - origin
        self._came = None

    def pick(self, key: tuple[int, int], count: int, run: Run) -> int:
        """The same for the callbacks of an event loop."""
        record = run.record
        assert record is not None
        if self.left:
            picked = super().pick(key, count, run)
            self._compare(record)
            return picked
        if run.cut:
            return 0
        self._happened.follow(record)
        here = self._happened.number, around(run, self.hidden, self._queues), key[0]
        self._enter(run, hash(here), NOBODY)
        if not run.cut and (self.bound is None or self._level < self.bound):
            for number in range(1, count):
                waiting = Waiting(self._waiting, (key, number), len(record.steps))
                self._put_all([(self._level + 1, waiting)])
        return 0

    def _enter(self, run: Decisions, number: int, running: int) -> None:
        if self._covers(number, running, self._level):
            run.cut_off()
            return
        self._cheapest[number, running] = self._level
        if running >= NOBODY:
            self._least[number] = min(self._level, self._least.get(number, self._level))

    def _covers(self, number: int, running: int, cost: int) -> bool:
        """Whether all that could be done in a state was noted, each at the same price or for less.

        Whoever was running there, everything costs one preemption more at the most: a visit with fewer is
        worth any that comes later. Where nobody was running everything is free. (One in which somebody was
        made to stop has no part in that: it leaves somebody out.)
        """
        found = self._least.get(number, cost) < cost
        return found or any(self._cheapest.get((number, one), cost + 1) <= cost for one in (running, NOBODY))

    def _is_new(self, found: tuple[int, Waiting] | None, cost: int) -> bool:
        """Whether it can be had at that price, and was not; as far as can be told before it is tried."""
        if found is None or found[0] != cost:
            return False
        waiting = found[1]
        known = self._edges.get((waiting.origin, waiting.deviation[1]), cost + 1) <= cost
        return not known and not self._is_known(waiting, cost)

    def _put_all(self, found: Iterable[tuple[int, Waiting] | None]) -> None:
        for cost, waiting in filter(None, found):
            edge = (waiting.origin, waiting.deviation[1])
            if waiting.origin and self._edges.get(edge, cost + 1) <= cost:
                self.saved += 1  # who was running before makes no difference behind that step
            elif self._is_known(waiting, cost):
                self.saved += 1
            else:
                self._levels.setdefault(cost, []).append(waiting)
                if waiting.origin:
                    self._edges[edge] = cost

    def _is_known(self, waiting: Waiting, cost: int) -> bool:
        if not waiting.number and waiting.effect in self._effects:  # learned since it was put down
            waiting.number = waiting.origin + self._effects[waiting.effect]
        stay = self._stay.get(waiting.number) if waiting.number else None
        if stay is None:
            return False
        task = waiting.deviation[1]
        return self._covers(waiting.number, task if task in stay else NOBODY, cost)


WAY = Way(States, "every state within the bound, each gone on from once")
