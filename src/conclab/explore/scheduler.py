"""One execution: real threads of which one runs at a time, and a policy that says who goes on.

A task announces the operation that it is about to do, and does it when it is chosen. A new task runs up
to its first announcement at once: what nobody else can see needs no choice. So a decision is made for
every operation, exactly one, and three tasks of two operations each have 6! / (2! 2! 2!) = 90 schedules.

Time is virtual. A sleep is a lower bound: it may end as soon as the policy wants it. A timeout ends when
nothing else can go on, unless its task is a Timer. Knows nothing of primitives, files or searches.
"""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING, Any

from conclab.explore.batons import Baton, Carrier, Crew
from conclab.explore.operation import Kind, Operation
from conclab.explore.outcome import Abort, Failure, FailureKind, NotControlledError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType, TracebackType

    from conclab.explore.policy import Policy
    from conclab.explore.record import Record

get_ident = threading.get_ident
MOST_STEPS = 20_000
FAIR = 300  # after so many operations in a row, another task that can go on has its turn
YIELD = 60  # of these, what a yield counts
IDLE = 6  # after so many operations that can bring nothing new, likewise
STUBBORN = 200  # how often a task may swallow its end before it is left where it is


class Task:
    """One thread of the program under test, as the scheduler sees it."""

    def __init__(self, number: int, name: str, carrier: Carrier, *, daemon: bool, thread: Any) -> None:
        self.id = number
        self.name = name
        self.daemon = daemon
        self.thread = thread
        self.baton = carrier.baton
        self.ident = 0
        self.pending: Operation | None = None
        self.free: Callable[[], bool] | None = None  # whether what it waits for is there; None: it can go on
        self.deadline: float | None = None
        self.early = False  # its deadline is a lower bound: it may be over at any time
        self.timed_out = False
        self.done = False
        self.starter: Task | None = None  # who waits for its first announcement
        self.steps = 0
        self.held: list[Any] = []
        self.frame: FrameType | None = None
        self.seen: dict[Operation, int] = {}
        self.idle = 0
        self.aborts = 0
        self.locals: dict[int, tuple[Any, dict[str, Any]]] = {}
        self.error: BaseException | None = None
        self.sources: list[int] = []  # steps that made what it does next possible
        self.last = -1  # its last step


class Choice:
    """What a policy chooses from: one object, filled anew for each decision."""

    __slots__ = ("default", "key", "ready", "run", "stays", "tasks")

    def __init__(self, run: Run) -> None:
        self.run = run
        self.key: tuple[int, int] = (0, 0)
        self.tasks: Sequence[Task] = ()
        self.default: Task = None  # type: ignore[assignment]
        self.ready = 0  # so many of the tasks can go on; those behind them sleep and would be early
        self.stays = False  # the default is the task that has just run: any other one is a preemption

    def cost(self, position: int) -> int:
        """1 for a preemption, or for a sleep that ends early; 0 for what happens anyway."""
        return int(self.tasks[position] is not self.default and (self.stays or position >= self.ready))


class Run:
    """One execution of a scenario under one policy."""

    def __init__(self, policy: Policy, crew: Crew, *, record: Record | None = None, trace: Any = None) -> None:
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
        self.failure: Failure | None = None
        self.lost: list[Task] = []  # could not be ended
        self.plan: list[tuple[tuple[int, int], int]] = []  # where the policy did not take the default
        self.invariants: list[tuple[Callable[[], Any], Any]] = []
        self.ended_by: Callable[[Run], Failure | None] = lambda _: None
        self.serial = 0  # of things whose order in a set must be the same each time
        self.on_end: list[Callable[[], None]] = []
        self.enter: Callable[[], None] = lambda: None  # what a carrier does before and after a task
        self.leave: Callable[[], None] = lambda: None
        self._choice = Choice(self)

    # ---- the life of a task

    def spawn(self, body: Callable[[], Any], name: str, *, daemon: bool = False, thread: Any = None) -> Task:
        """Make a task; it runs up to its first announcement before this returns, unless it is the first."""
        carrier = self.crew.carrier()
        task = Task(len(self.tasks), self._fresh(name), carrier, daemon=daemon, thread=thread)
        self.tasks.append(task)
        context = getattr(thread, "_context", None)
        if context is None:
            context = contextvars.Context() if self.tasks[1:] else contextvars.copy_context()
        carrier.job = (context, self._live, (task, body))
        if self.trace is not None and self.current is not None:
            self.trace.started(task, self.current)
        if self.current is not None:
            task.starter = starter = self.current
            if self.record is not None and self.record.steps:
                task.sources.append(self.record.now)
            self._pass(task, starter)
        return task

    def _fresh(self, name: str) -> str:
        """No two tasks are called the same."""
        taken = {task.name for task in self.tasks}
        if name not in taken:
            return name
        return next(one for number in range(2, len(taken) + 3) if (one := f"{name}-{number}") not in taken)

    def _live(self, task: Task, body: Callable[[], Any]) -> Baton:
        """Run a task from its start to its end, in its carrier; returns the baton to pass on."""
        task.ident = self.ident = get_ident()
        if task.thread is not None:
            threading._active[task.ident] = task.thread  # type: ignore[attr-defined]  # noqa: SLF001
            task.thread._ident = task.ident  # noqa: SLF001
        try:
            if not self.aborting:
                self.enter()
                body()
        except Abort:
            pass
        except SystemExit:
            pass  # ends this thread and nothing else, as it does everywhere
        except BaseException as error:  # noqa: BLE001 - whatever a thread raises is a finding
            if not self.aborting:
                self._raised(task, error)
        self.leave()
        return self._end(task)

    def _raised(self, task: Task, error: BaseException) -> None:
        if isinstance(error, NotControlledError):
            self.fail(Failure(FailureKind.NOT_CONTROLLED, str(error), task=task))
            return
        kind = FailureKind.ASSERTION if isinstance(error, AssertionError) else FailureKind.EXCEPTION
        text = " ".join(str(error).split())
        name = type(error).__name__
        self.fail(Failure(kind, f"{name}{': ' if text else ''}{text}", task=task, error=error))

    def _end(self, task: Task) -> Baton:
        threading._active.pop(task.ident, None)  # type: ignore[attr-defined]  # noqa: SLF001
        task.done = True
        if self.record is not None:
            self.record.ended(task)
        task.pending = task.free = task.deadline = task.frame = None
        if self.trace is not None:
            self.trace.ended(task)
        if task in self.live:
            self.live.remove(task)
        if self.aborting:
            return self.crew.main
        if task.starter is not None:
            after: Task | None = task.starter
        else:
            try:
                after = self._decide(task)
            except Abort:
                after = None
        if after is None:
            return self.crew.main
        self.current = after
        self.ident = after.ident
        return after.baton

    # ---- announcements

    def announce(
        self,
        operation: Operation,
        free: Callable[[], bool] | None = None,
        *,
        deadline: float | None = None,
        early: bool = False,
        frame: FrameType | None = None,
    ) -> bool:
        """Wait until the current task is chosen to do this; False if its time was over instead."""
        if self.aborting:
            self._unwind()
        me = self.current
        me.pending = operation
        me.free = free
        me.deadline = deadline
        me.early = early
        me.timed_out = False
        if frame is not None or self.trace is not None:
            me.frame = frame
        if operation.reads_only and free is None:
            if me.seen.get(operation) == self.changes:
                me.idle += 1
            else:
                me.seen[operation] = self.changes
                me.idle = 0
        else:
            me.idle = 0
        record = self.record
        if record is not None:
            record.announced(me, operation, frame)
        if self.trace is not None:
            self.trace.announced(me, operation, frame)
        starter = me.starter
        if starter is not None:
            me.starter = None
            self.live.append(me)
            self.live.sort(key=_by_id)
            self._pass(starter, me)
        else:
            chosen = self._decide(me)
            if chosen is not me:
                self._pass(chosen, me)
        if record is not None:
            record.executes(me, operation)
        if self.trace is not None:
            self.trace.executes(me, operation)
        if not operation.reads_only:
            self.changes += 1
        me.free = me.deadline = None
        me.early = False
        return not me.timed_out

    def _pass(self, task: Task, me: Task) -> None:
        """Hand the baton over and wait until it comes back."""
        self.current = task
        self.ident = task.ident
        task.baton.hand()
        me.baton.take()
        if self.aborting:
            self._unwind()

    def _unwind(self) -> None:
        """End the current task: it is not needed any more, or the execution has failed already."""
        me = self.current
        me.aborts += 1
        if me.aborts > STUBBORN:
            self.lost.append(me)
            self.crew.main.hand()
            me.baton.take()  # for ever
        raise Abort

    # ---- decisions

    def _decide(self, me: Task) -> Task:  # noqa: C901, PLR0912 - the hot path: one function, no calls
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
                ready.remove(me)
                stays = False
                if me.idle > FAIR and ready and all(task.idle > FAIR for task in ready):
                    self._give_up()
                if self.record is not None:
                    self.record.forced(me)
            elif me.idle > FAIR:
                self._give_up()
        if me.early and self.streak >= FAIR and len(live) > 1 and me in sleepers:
            sleepers.remove(me)  # sleeping is no way to keep others from their turn
        if ready:
            default = me if stays and me.pending.kind is not Kind.YIELD else _next(ready, me)  # type: ignore[union-attr]
            tasks = ready + sleepers if sleepers else ready
            count = len(ready)
        else:
            timed = [task for task in live if task.deadline is not None and (not task.early or task in sleepers)]
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
            chosen = self.policy.choose(choice)
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
            self._unwind()
        me = self.current
        me.steps += 1
        self.steps += 1
        key = (me.id, me.steps)
        number = self.policy.pick(key, count, self)
        if number:
            self.plan.append((key, number))
        if self.record is not None:
            self.record.picked(key, count, number)
        return number

    def _check(self) -> None:
        """Look at what must always hold, at a place where no operation is half done."""
        for holds, lock in self.invariants:
            if lock is None or not lock.taken():
                self.current.aborts = 0
                if not holds():
                    text = getattr(holds, "__name__", "")
                    what = f"{text} does not hold" if text.isidentifier() else "an invariant does not hold"
                    self.fail(Failure(FailureKind.ASSERTION, what, task=self.current))
                    raise Abort

    # ---- the end

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

    def fail(self, failure: Failure) -> None:
        """Note the first thing that went wrong; everybody else is sent home."""
        if self.failure is None and not self.aborting:
            self.failure = failure
            if self.trace is not None:
                self.trace.failed(self)
        self.aborting = True

    def begin(self, scenario: Callable[[], Any], thread: Any = None) -> None:
        """Start the first task; the caller then waits for the main baton."""
        main = self.spawn(scenario, "main", thread=thread)
        self.live.append(main)
        self.current = main
        main.baton.hand()

    def unwind_next(self) -> bool:
        """Let one task that has not ended do so; False when there is none left."""
        self.aborting = True
        for task in self.tasks:
            if not task.done and task not in self.lost:
                self.current = task
                self.ident = task.ident
                task.baton.hand()
                return True
        return False


def _next(ready: list[Task], me: Task) -> Task:
    """The next one by number: what happens when nobody decides otherwise."""
    for task in ready:
        if task.id > me.id:
            return task
    return ready[0]


def _by_id(task: Task) -> int:
    return task.id


def _by_deadline(task: Task) -> tuple[float, int]:
    assert task.deadline is not None
    return task.deadline, task.id
