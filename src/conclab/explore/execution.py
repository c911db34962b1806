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

ASKED = (1.0, 0.2)  # seconds for a thread to end: of itself, interrupted
PRESSED = (0.0, 0.2)  # the same for one that does not come back
LAST_S = 0.3  # when each of its lines raises
clock = time.perf_counter


class Executor:
    """Executes one scenario again and again; holds what is kept from one execution to the next."""

    def __init__(self, scenario: Callable[[], Any], events: Events) -> None:
        self.scenario = scenario
        self.events = events
        self.crew = Crew()
        self.garbage = Collector()

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
        finally:
            self._unwind(run)
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
        watch: Watch | None = None
        while not self.crew.main.take_within(LOOK_S):
            watch = watch or Watch(run)
            run.failure = watch.look()
            if run.failure is not None:
                return

    def _unwind(self, run: Run) -> None:
        """Send everybody home who is still there, first the one who runs, if anybody does."""
        run.aborting = True
        running = run.current
        if running is not None and not running.done:
            self._end(run, running, PRESSED)
        for task in run.tasks:
            if not task.done and task is not running and task not in run.lost:
                run.resume(task)
                self._end(run, task, ASKED)
        if run.lost or run.doomed:
            self._leave_behind(run)

    def _end(self, run: Run, task: Task, efforts: tuple[float, ...]) -> None:
        """Wait for the end of a task; after a while interrupt it, and then have each of its lines raise."""
        for number, seconds in enumerate(efforts):
            if self._is_over(run, task, seconds):
                return
            if number == 0:
                interrupt(task.ident)
            else:
                run.doom(task)
        if not self._is_over(run, task, LAST_S):
            run.lost.append(task)

    def _is_over(self, run: Run, task: Task, seconds: float) -> bool:
        until = clock() + seconds
        while not task.done and task not in run.lost:
            if not self.crew.main.take_within(max(0.0, until - clock())) and clock() >= until:
                break
        return task.done or task in run.lost

    def _leave_behind(self, run: Run) -> None:
        """Threads that can't be ended keep their crew; whoever waited for what another one held may end now."""
        self.events.spare()
        until = clock() + LAST_S
        while any(not task.done for task in run.lost) and clock() < until:
            time.sleep(0.01)
        left = [task for task in run.lost if not task.done]
        run.failure = _with_left(run.failure, left)
        self.crew.abandon()
        self.crew = Crew()

    def close(self) -> None:
        """End all threads that were used."""
        self.crew.dismiss()


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
