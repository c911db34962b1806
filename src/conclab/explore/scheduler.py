"""One execution: real threads of which one runs at a time, and a policy that says who goes on.

A task announces the operation that it is about to do, and does it when it is chosen. A new task runs up
to its first announcement at once: what nobody else can see needs no choice. So a decision is made for
every operation, exactly one, and three tasks of two operations each have 6! / (2! 2! 2!) = 90 schedules.

Time is virtual. A sleep is a lower bound: it may end as soon as the policy wants it. A timeout ends when
nothing else can go on, unless its task is a Timer. Knows nothing of primitives, files or searches.
"""

from __future__ import annotations

import contextvars
import re
import sys
import threading
from typing import TYPE_CHECKING, Any

from conclab.explore import own
from conclab.explore.decisions import Decisions, by_id
from conclab.explore.operation import Kind
from conclab.explore.outcome import Abort, Failure, FailureKind, NotControlledError, WrongResultError
from conclab.explore.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from conclab.explore.batons import Baton
    from conclab.explore.operation import Operation

get_ident = threading.get_ident
settrace = sys.settrace  # the program is kept from it
LEFT = (
    "the scenario was left by {}, and whatever it would have checked after that was not: it should return, "
    "or raise an Exception"
)
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")  # another one in every execution
STUBBORN = 20  # how often a task may swallow its end before each of its lines raises
HOPELESS = 200  # and before it is left where it is


class Run(Decisions):
    """One execution of a scenario under one policy."""

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
            threading._active[task.ident] = task.thread  # type: ignore[attr-defined]
            task.thread._ident = task.ident
        try:
            if not self.aborting:
                self.enter()
                body()
                if task.locals:
                    own.forget(task)
        except NotControlledError as error:
            self._raised(task, error)
        except Abort:
            if not self.aborting:  # nobody asked for that
                self._raised(
                    task, NotControlledError(f"{task.name} was ended by something else than the engine")
                )
        except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
            self._left(task, error)
        except BaseException as error:  # noqa: BLE001 - whatever a thread raises is a finding
            if not self.aborting:
                self._raised(task, error)
        self.leave()
        return self._end(task)

    def _left(self, task: Task, error: BaseException) -> None:
        """By an exception that means the end, not a fault; of the scenario itself nothing is known then."""
        if self.aborting:
            return
        if not task.id:
            self._raised(task, NotControlledError(LEFT.format(type(error).__name__)))
        elif not isinstance(error, SystemExit):  # which ends this thread and nothing else, as everywhere
            self._raised(task, error)

    def _raised(self, task: Task, error: BaseException) -> None:
        if isinstance(error, NotControlledError):
            self.fail(Failure(FailureKind.NOT_CONTROLLED, str(error), task=task))
            return
        kind = FailureKind.ASSERTION if isinstance(error, AssertionError) else FailureKind.EXCEPTION
        if isinstance(error, WrongResultError):
            kind = FailureKind.NOT_LINEARIZABLE
        text = self._said(error)
        name = type(error).__name__
        self.fail(Failure(kind, f"{name}{': ' if text else ''}{text}", task=task, error=error))

    def _said(self, error: BaseException) -> str:
        """The text of an exception, without addresses; it may be the program's code that makes it."""
        ident, self.ident = self.ident, 0
        try:
            return ADDRESS.sub("", " ".join(str(error).split()))
        except Exception:  # noqa: BLE001 - an exception that can't be printed is still an exception
            return ""
        finally:
            self.ident = ident

    def _end(self, task: Task) -> Baton:
        threading._active.pop(task.ident, None)  # type: ignore[attr-defined]
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
        if self.live and self.tasks[0].done and not any(map(self.is_owed, self.live)):
            if self.record is not None:
                self.record.abandons(self.live)
            self.aborting = True  # a process ends here, whatever its daemons do
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

    def announce(  # noqa: C901, PLR0912 - the hot path
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
            self.unwind()
        tracer = self.tracer
        if tracer is not None and frame is None:
            settrace(None)  # 3.11: each of the calls below would be one more for the tracer
        me = self.current
        me.pending = operation
        me.free = free
        me.deadline = deadline
        me.early = early
        me.timed_out = False
        if frame is not None or self.trace is not None:
            me.frame = frame
        if operation.kind is Kind.YIELD:
            pass  # changes nothing, and is no progress either
        elif operation.reads_only and free is None:
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
            self.live.sort(key=by_id)
            self._pass(starter, me)
        else:
            chosen = self._decide(me)
            if chosen is not me:
                self._pass(chosen, me)
        if record is not None:
            record.executes(me)
        if self.trace is not None:
            self.trace.executes(me, operation)
        if not operation.reads_only and operation.kind is not Kind.YIELD:
            self.changes += 1
        me.free = me.deadline = None
        me.early = False
        if tracer is not None and frame is None:
            settrace(tracer)
        return not me.timed_out

    def _pass(self, task: Task, me: Task) -> None:
        """Hand the baton over and wait until it comes back."""
        self.current = task
        self.ident = task.ident
        task.baton.hand()
        me.baton.take()
        if self.aborting:
            self.unwind()

    def unwind(self) -> None:
        """End the current task: it is not needed any more, or the execution has failed already."""
        me = self.current
        me.aborts += 1
        if me.aborts % STUBBORN == 0:
            self.doom(me.ident)
        if me.aborts > HOPELESS:
            self.lost.append(me)
            self.crew.main.hand()
            me.baton.take()  # for ever
        raise Abort

    # ---- the end

    def begin(self, scenario: Callable[[], Any], thread: Any = None) -> None:
        """Start the first task; the caller then waits for the main baton."""
        main = self.spawn(scenario, "main", thread=thread)
        if thread is not None:
            thread._conclab_task = main
        self.live.append(main)
        self.current = main
        main.baton.hand()

    def resume(self, task: Task) -> None:
        """Let a task that waits for its turn go on; the caller then waits for the main baton."""
        self.current = task
        self.ident = task.ident
        task.baton.hand()
