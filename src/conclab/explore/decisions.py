"""Who goes on: asked once for every operation, with the announcements of all tasks on the table.

Virtual time passes here, spinning ends here, and here it is seen that nobody can go on. Knows nothing of
threads and batons.
"""

from __future__ import annotations

import concurrent.futures.thread as pool
from typing import TYPE_CHECKING, Any

from conclab.explore.operation import Kind
from conclab.explore.outcome import Abort, Failure, FailureKind
from conclab.explore.tasks import Choice, Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from conclab.explore.batons import Crew
    from conclab.explore.policy import Policy
    from conclab.explore.record import Record

MOST_STEPS = 20_000
FAIR = 300  # after so many operations in a row, another task that can go on has its turn
YIELD = 60  # of these, what a yield counts
IDLE = 6  # after so many operations that can bring nothing new, likewise


class Decisions:
    """The state of one execution, and the decisions made in it."""

    def __init__(
        self, policy: Policy, crew: Crew, *, record: Record | None = None, trace: Any = None
    ) -> None:
        self.policy = policy
        self.crew = crew
        self.record = record
        self.trace = trace
        if trace is not None:
            trace.run = self
        self.tasks: list[Task] = []
        self.live: list[Task] = []
        self.current: Task = None  # type: ignore[assignment]
        self.ident = 0  # of the thread that runs: the only one whose events count
        self.now = 0.0
        self.steps = 0
        self.streak = 0
        self.changes = 0  # operations that may have changed something
        self.aborting = False
        self.cut = False  # by its policy: whatever could happen now is known
        self.failure: Failure | None = None
        self.lost: list[Task] = []  # could not be ended
        self.plan: list[tuple[tuple[int, int], int]] = []  # where the policy did not take the default
        self.invariants: list[tuple[Callable[[], Any], Any]] = []
        self.ended_by: Callable[[Any], Failure | None] = lambda _: None
        self.tracer: Any = None  # of sys.settrace, where the interpreter is followed by that
        self.serial = 0  # of things whose order in a set must be the same each time
        self.named = 0  # tasks of asyncio, of those that the program gave no name
        self.loop_policy: Any = None  # of asyncio, set by the program
        self.on_end: list[Callable[[], None]] = []
        self.enter: Callable[[], None] = lambda: None  # what a carrier does before and after a task
        self.leave: Callable[[], None] = lambda: None
        self.is_owed: Callable[[Task], bool] = lambda task: not task.daemon  # whether the end waits for it
        self.doom: Callable[[int], None] = lambda _: None  # have each line of that thread raise
        self._choice = Choice(self)

    def _decide(self, me: Task) -> Task:  # noqa: C901, PLR0912, PLR0915 - the hot path: one function, no calls
        """Who goes on: `me` announced something or ended, and everybody else has announced something."""
        me.steps += 1
        self.steps += 1
        if self.steps > MOST_STEPS:
            self._give_up()
        if self.invariants:
            self._check()
        live = self.live
        if len(live) == 1 and live[0] is me and me.free is None and not me.early:
            if me.idle > FAIR:
                self._give_up()
            if self.record is not None:
                self.record.decided(self._only(me), me)
            return me
        ready = []
        sleepers = []
        for task in live:
            if task.early:
                if task.free is not None and task.free():
                    ready.append(task)
                else:
                    sleepers.append(task)
            elif task.free is None or task.free():
                ready.append(task)
        stays = me in ready
        if stays and (self.streak >= FAIR or me.idle >= IDLE):
            if len(ready) > 1 or any(task.deadline is not None for task in live if task is not me):
                useful = [task for task in ready if task is not me and not self._spins(task)]
                ready = useful or [task for task in ready if task is not me]
                stays = False
                if me.idle > FAIR and ready and not useful:
                    self._give_up()
                if self.record is not None:
                    self.record.forced()
            elif me.idle > FAIR:
                self._give_up()
        if me.early and self.streak >= FAIR and len(live) > 1 and me in sleepers:
            sleepers.remove(me)  # sleeping is no way to keep others from their turn
        if ready:
            default = me if stays and me.pending.kind is not Kind.YIELD else _next(ready, me)  # type: ignore[union-attr]
            tasks = ready + sleepers if sleepers else ready
            count = len(ready)
        else:
            timed = [
                task for task in live if task.deadline is not None and (not task.early or task in sleepers)
            ]
            if not timed:
                self._quiescent()
            default = min(timed, key=_by_deadline)
            tasks = [default, *(task for task in sleepers if task is not default)]
            count = 1
        chosen = default
        if len(tasks) > 1:
            choice = self._choice
            choice.key = (me.id, me.steps)
            choice.tasks = tasks
            choice.default = default
            choice.ready = count
            choice.stays = default is me
            ident, self.ident = self.ident, 0  # a policy may be code under test itself
            chosen = self.policy.choose(choice)
            self.ident = ident
            if chosen is not default:
                self.plan.append((choice.key, chosen.id))
            if self.record is not None:
                self.record.decided(choice, chosen)
        elif self.record is not None:
            choice = self._only(chosen)
            choice.key = (me.id, me.steps)
            self.record.decided(choice, chosen)
        if chosen is me:
            self.streak += YIELD if me.early or me.pending.kind is Kind.YIELD else 1  # type: ignore[union-attr]
        else:
            self.streak = 0
        if chosen.deadline is not None and (chosen.free is None or not chosen.free()):
            self.now = max(self.now, chosen.deadline)
            chosen.timed_out = True
        return chosen

    def _spins(self, task: Task) -> bool:
        """Whether it looks again and again at what nobody has changed since."""
        pending = task.pending
        if task.idle < IDLE or pending is None:
            return False
        return task.seen.get(pending, self.changes) == self.changes

    def _only(self, task: Task) -> Choice:
        choice = self._choice
        choice.tasks = (task,)
        choice.default = task
        choice.ready = 1
        choice.stays = True
        return choice

    def pick(self, count: int) -> int:
        """Choose one of so many callbacks that an event loop could run; 0 is first in, first out."""
        if self.aborting:
            self.unwind()
        me = self.current
        me.steps += 1
        self.steps += 1
        key = (me.id, me.steps)
        ident, self.ident = self.ident, 0
        number = self.policy.pick(key, count, self)  # type: ignore[arg-type]
        self.ident = ident
        if number:
            self.plan.append((key, number))
        if self.record is not None:
            self.record.picked(key, count, number)
        return number

    def _check(self) -> None:
        """Look at what must always hold, at a place where no operation is half done."""
        ident, self.ident = self.ident, 0  # what the check does is no part of the program
        try:
            broken = next(
                (holds for holds, lock in self.invariants if not _is_taken(lock) and not holds()), None
            )
        finally:
            self.ident = ident
        if broken is not None:
            name = getattr(broken, "__name__", "")
            text = f"{name} does not hold" if name.isidentifier() else "an invariant does not hold"
            self.fail(Failure(FailureKind.ASSERTION, text, task=self.current))
            raise Abort

    def unwind(self) -> None:
        """End the current task."""
        raise Abort

    def _give_up(self) -> None:
        self.fail(Failure(FailureKind.LIVELOCK, f"no end after {self.steps:,} steps", task=self.current))
        raise Abort

    def _quiescent(self) -> None:
        """Nobody can go on. Fine if nobody is left, or only those that need not end."""
        failure = self.ended_by(self)
        if failure is not None:
            self.fail(failure)
        self.aborting = True
        raise Abort

    def looped(self, loop: object) -> None:
        """An event loop goes round."""
        if self.record is not None:
            self.record.looped(loop)

    def cut_off(self) -> None:
        """Whatever could happen now is known. Worker threads of a pool would complain of a sudden end."""
        self.cut = True
        if not pool._threads_queues:
            self.aborting = True
            raise Abort

    def fail(self, failure: Failure) -> None:
        """Note the first thing that went wrong; everybody else is sent home."""
        if self.failure is None and not self.aborting:
            self.failure = failure
            if self.trace is not None:
                self.trace.failed(self)
        self.aborting = True


def _is_taken(lock: Any) -> bool:
    return lock is not None and bool(lock.taken())


def _next(ready: list[Task], me: Task) -> Task:
    """The next one by number: what happens when nobody decides otherwise."""
    for task in ready:
        if task.id > me.id:
            return task
    return ready[0]


def by_id(task: Task) -> int:
    """The order in which tasks were made."""
    return task.id


def _by_deadline(task: Task) -> tuple[float, int]:
    assert task.deadline is not None
    return task.deadline, task.id
