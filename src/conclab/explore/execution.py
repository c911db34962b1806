"""Runs a scenario once, and notices when it can't be controlled."""

from __future__ import annotations

import concurrent.futures.thread as pool
import random
import threading
import time
from typing import TYPE_CHECKING, Any

from conclab.explore import engine, own
from conclab.explore.batons import Crew
from conclab.explore.clock import real_sleep
from conclab.explore.diagnose import diagnose, is_owed, leaked
from conclab.explore.garbage import Collector, alone, forget_frames
from conclab.explore.outcome import Failure, FailureKind, NotControlledError
from conclab.explore.scheduler import Run
from conclab.explore.stuck import LITTLE, LOOK_S, Watch, cpu_s, interrupt
from conclab.explore.threads import TASK

if TYPE_CHECKING:
    from collections.abc import Callable

    from conclab.explore.events import Events
    from conclab.explore.policy import Policy
    from conclab.explore.record import Record
    from conclab.explore.tasks import Task

ASKED_S = 0.5  # for a thread to end of itself
PRESSED_S = 0.02  # and so long each time it is interrupted
PRESSES = 20
clock = time.perf_counter


class Executor:
    """Executes one scenario again and again; holds what is kept from one execution to the next."""

    def __init__(self, scenario: Callable[[], Any], events: Events) -> None:
        self.scenario = scenario
        self.events = events
        self.crew = Crew()
        self.main_thread = MainThread()
        self.garbage = Collector()
        self.holds = False  # the main baton: none of the program's threads runs
        self.pressed = False  # a thread was interrupted, and may hear of it late

    def execute(self, policy: Policy, *, record: Record | None = None, trace: Any = None) -> Run:
        """One execution under a policy, from the start to the end of every thread."""
        self.garbage.prepare()
        random.seed(0)
        run = Run(policy, self.crew, record=record, trace=trace)
        run.ended_by = diagnose
        run.is_owed = is_owed
        run.enter = self.events.started
        run.leave = self.events.ended
        run.tracer = self.events.tracer
        run.doom = self.events.doom
        main = self.main_thread.make()
        self.crew.pin.executed()
        engine.STATE.run = self.events.run = run
        try:
            self._run(run, main)
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
            forget_frames(run.failure.error)
        return run

    def _run(self, run: Run, main: threading.Thread) -> None:
        self.holds = False
        try:
            run.begin(self.scenario, main)
            stuck = self._wait(run)
            self.holds = stuck is None
            if run.failure is None:
                run.failure = stuck or leaked(run)
        finally:
            self._unwind(run)

    def _wait(self, run: Run) -> Failure | None:
        """Wait for the end; without a step for a while, find out why."""
        watch: Watch | None = None
        while not self.crew.main.take_within(LOOK_S):
            watch = watch or Watch(run)
            failure = watch.look()
            if failure is not None:
                return failure
        return None

    def _unwind(self, run: Run) -> None:
        """Send everybody home who is still there, first the one who runs, if anybody does."""
        run.aborting = True
        running = run.current
        if running is not None and not self.holds:
            stuck = run.failure is not None and run.failure.kind is FailureKind.NOT_CONTROLLED
            self._end(run, running, at_once=stuck)
        for task in run.tasks:
            if not task.done and task is not running and task not in run.lost:
                run.resume(task)
                self._end(run, task)
        if self.events.doomed:
            self.events.spare()
        if run.lost or self.pressed:
            self._leave_behind(run)

    def _end(self, run: Run, task: Task, *, at_once: bool = False) -> None:
        """Wait for the end of a task; if it does not come, have it raise, and then each of its lines."""
        if self._is_over(run, task, 0.0 if at_once else ASKED_S):
            return
        efforts = PRESSES
        while efforts > 0:
            used_s = cpu_s(task.ident)
            if self._is_over(run, task, PRESSED_S):
                return
            if cpu_s(task.ident) - used_s < LITTLE * PRESSED_S:
                efforts -= 4  # it waits in C. On 3.11 others would never hear the end of an interrupt for it
                continue
            efforts -= 1
            self.pressed = True
            interrupt(task.ident)
            self.events.doom(task.ident)
        run.lost.append(task)

    def _is_over(self, run: Run, task: Task, seconds: float) -> bool:
        until = clock() + seconds
        while self.crew.main.take_within(max(0.0, until - clock())):
            if task.done or task in run.lost:
                return True  # otherwise somebody has come back who was given up
        return False

    def _leave_behind(self, run: Run) -> None:
        """Threads that can't be ended keep their crew; one that waited for what another held may end now."""
        until = clock() + ASKED_S / 2
        while any(not task.done for task in run.lost) and clock() < until:
            real_sleep(PRESSED_S)
        left = [task for task in run.lost if not task.done]
        run.failure = _with_left(run.failure, left)
        for task in left:
            threading._active.pop(task.ident, None)  # type: ignore[attr-defined]
        self.crew.abandon()
        self.crew = Crew()
        self.pressed = False

    def close(self) -> None:
        """End all threads that were used."""
        self.crew.abandon()


def _with_left(failure: Failure | None, left: list[Task]) -> Failure | None:
    """What is to be said when threads can't be ended: no other execution would be free of them."""
    if not left:
        return failure
    names = " and ".join(task.name for task in left)
    if failure is not None and failure.kind is FailureKind.NOT_CONTROLLED:
        failure.summary += f". ({names} could not be ended: the thread is left behind)"
        return failure
    found = f"; found before: {failure.summary}" if failure is not None else ""
    text = (
        f"{names} could not be ended when it was not needed any more: it waits for something real, or "
        f"swallows BaseException again and again. Catch Exception instead{found}"
    )
    return Failure(FailureKind.NOT_CONTROLLED, text, task=left[0])


class MainThread:
    """What threading.current_thread() says in the scenario itself: a thread anew, and at little cost."""

    def __init__(self) -> None:
        thread = threading.Thread(name="MainThread", daemon=False)
        thread._started.set()  # type: ignore[attr-defined]
        self._attributes = vars(thread)

    def make(self) -> threading.Thread:
        """For one execution."""
        thread = object.__new__(threading.Thread)
        vars(thread).update(self._attributes)
        return thread


def _forget(run: Run) -> None:
    """Let go of the program's objects, and take its threads out of the lists of those to wait for."""
    for thread in [each for each in pool._threads_queues if hasattr(each, TASK)]:
        del pool._threads_queues[thread]  # type: ignore[attr-defined]
    run.on_end.clear()
    run.invariants.clear()
    for task in run.tasks:
        task.thread = task.frame = task.free = task.loop = None
        own.forget(task)
        task.seen.clear()
