"""Runs a scenario once, and notices when it can't be controlled."""

from __future__ import annotations

import concurrent.futures.thread as pool
import random
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from conclab.explore import engine, own
from conclab.explore.batons import Crew
from conclab.explore.diagnose import diagnose, leaked
from conclab.explore.garbage import Collector, alone, forget_frames
from conclab.explore.outcome import Abort, Failure, FailureKind, NotControlledError
from conclab.explore.scheduler import Run
from conclab.explore.threads import TASK

if TYPE_CHECKING:
    from collections.abc import Callable

    from conclab.explore.events import Events
    from conclab.explore.policy import Policy
    from conclab.explore.record import Record

STUCK_S = 1.0  # without a step, and without using the CPU: it waits for something that nobody can see
ENDLESS_S = 10.0  # without a step, computing
GRACE_S = 0.5  # for a thread to end that waited for something real
clock = time.perf_counter


class Executor:
    """Executes one scenario again and again; holds what is kept from one execution to the next."""

    def __init__(self, scenario: Callable[[], Any], events: Events) -> None:
        self.scenario = scenario
        self.events = events
        self.crew = Crew()
        self.garbage = Collector()
        self.lost = 0  # threads that could not be ended

    def execute(self, policy: Policy, *, record: Record | None = None, trace: Any = None) -> Run:
        """One execution under a policy, from the start to the end of every thread."""
        self.garbage.prepare()
        random.seed(0)
        run = Run(policy, self.crew, record=record, trace=trace)
        run.ended_by = diagnose
        run.enter = self.events.started
        run.leave = self.events.ended
        run.tracer = self.events.tracer
        main = _main_thread()
        self.crew.pin.executed()
        engine.STATE.run = self.events.run = run
        try:
            run.begin(self.scenario, main)
            self._wait(run)
            if run.failure is None:
                run.failure = leaked(run)
            self._unwind(run)
        except BaseException:
            self._unwind(run)
            raise
        finally:
            engine.STATE.run = self.events.run = None
            with alone():
                for action in run.on_end:
                    action()
                _forget(run)
        try:
            self.events.check()
        except NotControlledError as error:
            run.failure = Failure(FailureKind.NOT_CONTROLLED, str(error))
        if run.failure is not None:
            self.garbage.due = True
            forget_frames(run.failure.error)
        return run

    def _wait(self, run: Run) -> None:
        """Wait for the end; without a step for a while, find out why."""
        steps, since = -1, clock()
        used = 0.0
        while not self.crew.main.take_within(STUCK_S / 4):
            if run.steps != steps:
                steps, since, used = run.steps, clock(), _cpu_s(run.ident)
                continue
            idle = clock() - since
            computing = _cpu_s(run.ident) - used > idle / 2
            if idle > (ENDLESS_S if computing else STUCK_S):
                run.failure = _stuck(run, computing=computing)
                self._give_up(run)
                return

    def _give_up(self, run: Run) -> None:
        """The running thread does not come back. End the others: it may wait for what one of them holds."""
        stuck = run.current
        run.aborting = True
        run.lost.append(stuck)
        _interrupt(stuck.ident)
        while run.unwind_next():
            self._take(run)
        if self.crew.main.take_within(GRACE_S):
            run.lost.remove(stuck)
        self.lost += len(run.lost)

    def _unwind(self, run: Run) -> None:
        """Send everybody home who is still there."""
        if run.failure is not None and run.failure.kind is FailureKind.NOT_CONTROLLED and run.lost:
            return
        while run.unwind_next():
            self._take(run)
        self.lost += len(run.lost)

    def _take(self, run: Run) -> None:
        if not self.crew.main.take_within(ENDLESS_S):
            run.lost.append(run.current)

    def close(self) -> None:
        """End all threads that were used."""
        self.crew.pin.end()
        if not self.lost:
            self.crew.dismiss()
        else:
            while self.crew.idle:
                self.crew.idle.pop().end()


def _main_thread() -> threading.Thread:
    """What threading.current_thread() says in the scenario itself."""
    thread = threading.Thread(name="MainThread")
    thread._started.set()  # type: ignore[attr-defined]
    return thread


def _forget(run: Run) -> None:
    """Let go of the program's objects, and take its threads out of the lists of those to wait for."""
    for thread in [each for each in pool._threads_queues if hasattr(each, TASK)]:
        del pool._threads_queues[thread]
    run.on_end.clear()
    run.invariants.clear()
    for task in run.tasks:
        task.thread = task.frame = task.free = None
        own.forget(task)
        task.seen.clear()


def _cpu_s(ident: int) -> float:
    """CPU time of a thread, where the system tells."""
    try:
        return time.clock_gettime(time.pthread_getcpuclockid(ident))
    except (AttributeError, OSError):
        return 0.0


def _interrupt(ident: int) -> None:
    """Raise in a thread that computes without end; one that waits in C is not reached by that."""
    import ctypes  # noqa: PLC0415 - needed in this case alone

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(Abort))


def _stuck(run: Run, *, computing: bool) -> Failure:
    frame = sys._current_frames().get(run.ident)
    inner = ""
    if frame is not None and run.trace is None:
        inner = f"{frame.f_code.co_name}() of {frame.f_globals.get('__name__', '?')}"
    events = engine.STATE.events
    while frame is not None and events is not None and not events.is_users(frame.f_code):
        frame = frame.f_back
    at = ""
    if frame is not None:
        import linecache  # noqa: PLC0415

        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
        at = f" at line {frame.f_lineno} ({line})" if line else f" at line {frame.f_lineno}"
    if computing:
        text = (
            f"{run.current.name} computes without end{at}: nothing in that loop is visible to another thread"
        )
    else:
        text = (
            f"{run.current.name} waits{at} for something outside the engine's control"
            f"{f', in {inner}' if inner else ''}: real input, a real lock or C code that blocks"
        )
    return Failure(FailureKind.NOT_CONTROLLED, text, task=run.current)
