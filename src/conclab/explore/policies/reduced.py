"""Partial-order reduction: of schedules that differ only in the order of independent steps, one is enough.

With any number of preemptions: source sets and sleep sets (Abdulla, Aronis, Jonsson and Sagonas, "Optimal
dynamic partial order reduction", POPL 2014); at least one schedule of every class is tried to its end. With a
bound a class would be cut off by schedules that can't afford it, and `states` takes over; likewise where more
than the order of conflicting steps decides how it goes on: time limits, event loops, fairness, what is looked
at between all steps, daemons that are cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.explore.places import CLOCK
from conclab.explore.policies.states import States
from conclab.explore.policy import Base, Limits, Way
from conclab.explore.races import History, conflict, initials
from conclab.explore.record import AMONG_THEMSELVES, Hidden

if TYPE_CHECKING:
    from conclab.explore.places import Touches
    from conclab.explore.policy import Policy
    from conclab.explore.races import Race
    from conclab.explore.record import Record, Step
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Choice, Task


Kinds = frozenset[
    object
]  # of places: those of an object are known by its address, which is good for one execution


@dataclass(frozen=True, slots=True)
class Asleep:
    """What was tried and would do the same again, until somebody is in its way."""

    announced: Touches
    more: Kinds  # what it touched beside, when it was tried

    def hears(self, step: Step) -> bool:
        """Whether that step is in its way; where only a kind of place is known, it may be."""
        return (
            conflict(self.announced, timeless(step.announced))
            or conflict(self.announced, step.more)
            or any(access.place[0] in self.more for access in step.announced)
            or not self.more.isdisjoint(_kinds(step.more) & AMONG_THEMSELVES)
        )


class Node:
    """One decision on the way to the next execution."""

    __slots__ = ("chosen", "done", "sleep", "step", "todo")

    def __init__(self, step: Step, sleep: dict[int, Kinds]) -> None:
        self.step = step
        self.sleep = sleep
        self.chosen = step.task
        self.done: dict[int, Kinds] = {}  # what was tried here, and what it touched beside
        self.todo: set[int] = set()

    @property
    def left(self) -> list[int]:
        """What is to be tried here."""
        return sorted(self.todo - self.done.keys() - self.sleep.keys())


class Classes(Base):
    """Depth first, one execution after the other, each of which tells where another could differ."""

    records = True

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.branch = 0  # the decision at which this execution first differs
        self._started = False
        self._sleep: dict[int, Asleep] = {}
        self._sleeps: dict[int, dict[int, Kinds]] = {}
        self._at = 0

    def another(self, last: Run | None) -> bool:
        """Learn from the last execution, then go back to the last decision with something left to try."""
        if last is not None and last.record is not None:
            self._learn(last.record, len(last.tasks))
        elif self._started:
            return not self.exhausted
        self._started = True
        if self.strayed:
            return False
        if self.nodes and not self._go_back():
            self.exhausted = True
            return False
        self._sleep = {}
        self._sleeps = {}
        self._at = len(self.nodes)
        return True

    def _go_back(self) -> bool:
        while self.nodes:
            node = self.nodes[-1]
            left = node.left
            if left:
                node.chosen = left[0]
                self.branch = len(self.nodes) - 1
                return True
            self.saved += len(set(node.step.tasks) - node.done.keys())
            self.nodes.pop()
        return False

    # ---- during an execution

    def choose(self, choice: Choice) -> Task:
        """Follow the prefix; behind it take the default, unless it sleeps."""
        record = choice.run.record
        assert record is not None
        number = len(record.steps)
        if number < len(self.nodes):
            return self._again(choice, number, record)
        self._wake(record)
        if not self._sleep:
            return choice.default
        self._sleeps[number] = {task: asleep.more for task, asleep in self._sleep.items()}
        if choice.default.id not in self._sleep:
            return choice.default
        for task in choice.tasks:
            if task.id not in self._sleep:
                return task
        choice.run.cut_off()
        return choice.default

    def _again(self, choice: Choice, number: int, record: Record) -> Task:
        node = self.nodes[number]
        if number == self.branch:  # what was tried here before sleeps until somebody is in its way
            self._at = number
            tried = node.sleep | node.done
            self._sleep = {task: Asleep(timeless(record.pending_of(task)), tried[task]) for task in tried}
        for task in choice.tasks:
            if task.id == node.chosen:
                return task
        self.strayed = True
        return choice.default

    def _wake(self, record: Record) -> None:
        """A step that conflicts with what a sleeping task would do wakes it."""
        for step in record.steps[self._at :]:
            if not self._sleep:
                break
            self._sleep = {
                task: asleep
                for task, asleep in self._sleep.items()
                if task != step.task and not asleep.hears(step)
            }
        self._at = len(record.steps)

    # ---- after an execution

    def _learn(self, record: Record, tasks: int) -> None:
        steps = record.steps
        self.strayed = self.strayed or any(
            number >= len(steps) or steps[number].task != node.chosen
            for number, node in enumerate(self.nodes)
        )
        if self.strayed:
            return
        for number, node in enumerate(self.nodes):
            node.step = steps[number]
        for number in range(len(self.nodes), len(steps)):
            self.nodes.append(Node(steps[number], self._sleeps.get(number, {})))
        history = History(tasks)
        owners = [step.task for step in steps]
        for number, step in enumerate(steps):
            self.nodes[number].done[step.task] = _kinds(step.more)
            for race in history.add(step, timeless(step.touches)):
                if number >= self.branch:
                    self._reverse(race, number, history, owners)
        for task, touches in record.left():  # a deadlock must lead to the other order
            for race in history.pending(task, timeless(touches)):
                self._reverse(race, len(steps), history, [*owners, task])

    def _reverse(self, race: Race, later: int, history: History, owners: list[int]) -> None:
        """See to it that somebody who leads to the other order is tried at the earlier step."""
        earlier, clock = race
        node = self.nodes[earlier]
        if len(node.step.tasks) == 1:
            return
        first = initials(earlier, later, clock, history, owners)
        able = [task for task in first if task in node.step.tasks]
        if not (node.todo | node.done.keys()).isdisjoint(able):
            return
        if able:
            node.todo.add(owners[later] if owners[later] in able else able[0])
        else:
            node.todo.update(node.step.tasks)


class Reduced(Base):
    """One schedule of every class; or, once it is seen that classes do not tell everything, every state."""

    records = True
    bound = None

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._now: Classes | States = Classes()

    def another(self, last: Run | None) -> bool:
        """Ask the search that is right for this program."""
        if (
            isinstance(self._now, Classes)
            and last is not None
            and last.record is not None
            and last.record.hidden & ~Hidden.UNSEEN
        ):
            self._now, last = States(self._limits), None
        found = self._now.another(last)
        self.exhausted = self._now.exhausted
        self.strayed = self._now.strayed
        self.saved = self._now.saved
        return found

    def choose(self, choice: Choice) -> Task:
        """As that search says."""
        if choice.run.invariants and choice.run.record is not None:
            choice.run.record.depends(Hidden.INVARIANT)
        return self._now.choose(choice)

    def pick(self, key: tuple[int, int], count: int, run: Run) -> int:
        """As that search says."""
        return self._now.pick(key, count, run)


def timeless(touches: Touches) -> Touches:
    """Where nobody can see how long a sleep is, the clock is nobody's place."""
    return tuple([access for access in touches if access.place is not CLOCK])


def _kinds(touches: Touches) -> Kinds:
    return frozenset([access.place[0] for access in touches if access.place is not CLOCK])


def make(limits: Limits) -> Policy:
    """Whatever is right for the bound."""
    return Reduced(limits) if limits.preemptions is None else States(limits)


WAY = Way(make, "one schedule of every class of equal ones")
