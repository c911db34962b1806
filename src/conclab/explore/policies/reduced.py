"""Partial-order reduction: of schedules that differ only in the order of independent steps, one is enough.

Without a bound: source sets and sleep sets (Abdulla et al., POPL 2014), which tries at least one schedule of
every equivalence class. With a bound on preemptions: Coons, Musuvathi and McKinley, "Bounded partial-order
reduction", OOPSLA 2013: a switch that races is tried where the race is and where it is free, and there are
no sleep sets, which would leave out what another schedule could no longer afford.

A choice among the callbacks of an event loop is never reduced: tasks share what asyncio keeps for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.outcome import Abort
from conclab.explore.policy import Base, Limits, Way
from conclab.explore.races import History, conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conclab.explore.operation import Access
    from conclab.explore.races import Clock
    from conclab.explore.record import Record, Step
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Choice, Task


class Node:
    """One decision on the way to the next execution."""

    __slots__ = ("chosen", "done", "sleep", "step", "todo", "used")

    def __init__(self, step: Step, used: int, sleep: frozenset[int]) -> None:
        self.step = step
        self.used = used  # preemptions before it
        self.sleep = sleep
        self.chosen = step.picked if step.callbacks else step.task
        self.done = {self.chosen}
        self.todo = set(range(step.callbacks)) if step.callbacks else set()

    def cost(self, which: int) -> int:
        """Of choosing that task, or that callback."""
        return int(which > 0) if self.step.callbacks else self.step.cost(which)

    def left(self, bound: int | None) -> list[int]:
        """What is to be tried here and can be afforded."""
        return [
            which
            for which in sorted(self.todo - self.done - self.sleep)
            if bound is None or self.used + self.cost(which) <= bound
        ]

    def skipped(self, bound: int | None) -> int:
        """Alternatives that could be afforded and need not be tried."""
        step = self.step
        every = range(step.callbacks) if step.callbacks else step.tasks
        affordable = [one for one in every if bound is None or self.used + self.cost(one) <= bound]
        return len(set(affordable) - self.done)


class Reduced(Base):
    """Depth first, one execution after the other, each of which tells where another could differ."""

    records = True

    def __init__(self, limits: Limits) -> None:
        self.bound = limits.preemptions
        self.nodes: list[Node] = []
        self.branch = 0  # the decision at which this execution first differs
        self._started = False
        self._sleep: dict[int, tuple[Access, ...]] = {}
        self._sleeps: dict[int, frozenset[int]] = {}
        self._at = 0
        self._branched = False

    def another(self, last: Run | None) -> bool:
        """Learn from the last execution, then go back to the last decision with something left to try."""
        if last is not None and last.record is not None:
            self._learn(last.record, len(last.tasks))
        elif self._started:
            return not self.exhausted
        self._started = True
        if self.nodes and not self._go_back():
            self.exhausted = True
            return False
        self._sleep = {}
        self._sleeps = {}
        self._at = 0
        self._branched = not self.nodes
        return True

    def _go_back(self) -> bool:
        while self.nodes:
            node = self.nodes[-1]
            left = node.left(self.bound)
            if left:
                node.chosen = left[0]
                node.done.add(left[0])
                self.branch = len(self.nodes) - 1
                return True
            self.saved += node.skipped(self.bound)
            self.nodes.pop()
        return False

    # ---- during an execution

    def choose(self, choice: Choice) -> Task:
        """Follow the prefix; behind it take the default, unless it sleeps."""
        record = choice.run.record
        assert record is not None
        number = len(record.steps)
        if number < len(self.nodes):
            wanted = self.nodes[number].chosen
            for task in choice.tasks:
                if task.id == wanted:
                    return task
            return choice.default
        if self.bound is not None:
            return choice.default
        self._advance(record)
        if not self._sleep:
            return choice.default
        self._sleeps[number] = frozenset(self._sleep)
        if choice.default.id not in self._sleep:
            return choice.default
        for task in choice.tasks:
            if task.id not in self._sleep:
                return task
        choice.run.aborting = True  # whatever could happen now, another schedule has shown
        raise Abort

    def pick(self, key: tuple[int, int], count: int, run: Run) -> int:  # noqa: ARG002
        """Follow the prefix; behind it take the oldest."""
        assert run.record is not None
        number = len(run.record.steps)
        if number < len(self.nodes):
            return min(self.nodes[number].chosen, count - 1)
        return 0

    def _advance(self, record: Record) -> None:
        """Bring the sleeping tasks up to date: a step that conflicts with what one would do wakes it."""
        steps = record.steps
        if not self._branched:
            self._branched = True
            self._at = self.branch
            node = self.nodes[self.branch]
            if not node.step.callbacks:
                asleep = (node.sleep | node.done) - {node.chosen}
                self._sleep = {task: record.pending_of(task) for task in asleep}
        for step in steps[self._at :]:
            if self._sleep:
                self._sleep = {
                    task: touches
                    for task, touches in self._sleep.items()
                    if task != step.task and not conflict(touches, step.touches)
                }
        self._at = len(steps)

    # ---- after an execution

    def _learn(self, record: Record, tasks: int) -> None:
        steps = record.steps
        kept = self.nodes[: len(steps)]
        used = kept[-1].used + kept[-1].cost(kept[-1].chosen) if kept else 0
        for number, node in enumerate(kept):
            node.step = steps[number]
        for number in range(len(kept), len(steps)):
            node = Node(steps[number], used, self._sleeps.get(number, frozenset()))
            kept.append(node)
            used += node.cost(node.chosen)
        self.nodes = kept
        history = History(tasks)
        for number, step in enumerate(steps):
            for earlier, clock in history.add(number, step, steps):
                if number >= self.branch:
                    self._race(earlier, number, clock, history, steps)
        self._blocked(record, history, steps)

    def _blocked(self, record: Record, history: History, steps: Sequence[Step]) -> None:
        """What was announced and never done raced as well: a deadlock must lead to the other order."""
        for task, touches in record.left():
            last = len(steps)
            from conclab.explore.record import Step  # noqa: PLC0415

            step = Step(task, (task,), 1, task, stays=True, key=(task, 0), touches=touches)
            for earlier, clock in list(history.peek(last, step, steps)):
                self._race(earlier, last, clock, history, [*steps, step])

    def _race(self, earlier: int, later: int, clock: Clock, history: History, steps: Sequence[Step]) -> None:
        """See to it that somebody who leads to the other order is tried at the earlier step."""
        node = self.nodes[earlier]
        if node.step.callbacks or len(node.step.tasks) == 1:
            return
        first = initials(earlier, later, clock, history, steps)
        places = [node]
        if self.bound is not None:
            places.append(self.nodes[_block(earlier, steps)])
        for place in places:
            self._add(place, first, steps[later].task)

    def _add(self, node: Node, first: list[int], wanted: int) -> None:
        able = [task for task in first if task in node.step.tasks]
        if self.bound is None and (node.todo | node.done) & set(able):
            return
        if wanted in able:
            node.todo.add(wanted)
        elif able:
            node.todo.add(able[0])
        elif not node.step.callbacks:
            node.todo.update(node.step.tasks)


def initials(earlier: int, later: int, clock: Clock, history: History, steps: Sequence[Step]) -> list[int]:
    """Who could begin an execution in which the later step comes without the earlier one.

    Of the steps in between that do not depend on the earlier one, and the later one itself: the tasks whose
    first step has none of the others before it.
    """
    task = steps[earlier].task
    clocks = history.clocks
    kept: list[int] = []
    seen: set[int] = set()
    found: list[int] = []
    for number in range(earlier + 1, later + 1):
        own = clock if number == later else clocks[number]
        if number < later and own[task] > earlier:
            continue
        who = steps[number].task
        if who not in seen and who != task:
            seen.add(who)
            if not any(own[steps[each].task] > each for each in kept):
                found.append(who)
        kept.append(number)
    return found


def _block(number: int, steps: Sequence[Step]) -> int:
    """Where the uninterrupted stretch of the same task begins."""
    task = steps[number].task
    while number and steps[number - 1].task == task:
        number -= 1
    return number


WAY = Way(Reduced, "one schedule of every class of equal ones")
