"""Condition as the scheduler knows it. Semaphore, Barrier, Queue and Future are the library's own on top."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

from conclab.explore import engine
from conclab.explore.engine import made, site
from conclab.explore.locks import Lock, RLock
from conclab.explore.operation import Access, Kind, Operation
from conclab.explore.outcome import Abort

if TYPE_CHECKING:
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Task

RealCondition: Any = threading.Condition  # Any: its private parts are used here
SOON_S = 1.0  # a Timer of more than that is taken at its word: nobody else is so slow


class Waiter:
    """One task in a condition's queue. The standard library's notify calls `release`."""

    def __init__(self, lock: Lock) -> None:
        self.lock = lock
        self.notified = False

    def release(self) -> None:
        """It is notified."""
        self.notified = True

    def free(self) -> bool:
        """Whether it can go on: it was notified, and the lock is there."""
        return self.notified and self.lock.owner is None


class Condition(RealCondition):  # type: ignore[misc]
    """threading.Condition, whose waiter takes the lock again in the same operation that wakes it."""

    def __new__(cls, lock: Any = None) -> Self:
        """Give a thread that is not under test the real one."""
        if engine.is_outside() and cls is Condition:
            return RealCondition(lock)  # type: ignore[no-any-return]
        return super().__new__(cls)  # type: ignore[no-any-return]

    def __init__(self, lock: Any = None) -> None:
        super().__init__(RLock() if lock is None else lock)
        self.made = made(self)
        self._users = engine.is_users(engine.get_frame(1).f_code)
        if lock is None and isinstance(self._lock, Lock):
            self._lock.is_users = self._users
        self.unheard: list[Any] = []  # where it was notified while nobody waited
        self.waits = Operation(Kind.RESUME, obj=self._lock)
        self.waits.name = "condition"

    def wait(self, timeout: float | None = None) -> bool:
        """Give the lock back and wait to be notified, as threading.Condition.wait does."""
        run = engine.running()
        lock = self._lock
        if run is None and engine.is_over():
            raise Abort
        if run is None or not isinstance(lock, Lock):
            return super().wait(timeout)  # type: ignore[no-any-return]
        if run.aborting:
            run.unwind()
        if lock.owner is not run.current:
            raise RuntimeError("cannot wait on un-acquired lock")
        me = run.current
        depth, lock.depth = lock.depth, 1
        if engine.is_tried():
            run.announce(Operation(Kind.RELEASE, obj=lock))
        waiter = Waiter(lock)
        if timeout is not None and timeout <= 0:  # a look, not a wait: nobody else need have stopped
            lock._give(run)
            self._retake(run, lock, depth)
            return False
        self._waiters.append(waiter)
        lock._give(run)
        deadline = None if timeout is None else run.now + max(0.0, timeout)
        operation = Operation(Kind.RESUME, obj=lock)
        operation.name = self
        waiting = _Waiting(waiter, me, run)
        came = run.announce(operation, waiting.free, deadline=deadline, early=is_timer(me, timeout))
        if not came and not waiter.notified:
            self._waiters.remove(waiter)
        if lock.owner is not None:  # its time was over while somebody else had the lock
            self._retake(run, lock, depth)
        else:
            lock._take(run, me, depth)
        return waiter.notified

    def _retake(self, run: Run, lock: Lock, depth: int) -> None:
        run.announce(Operation(Kind.ACQUIRE, obj=lock), lock.free)
        lock._take(run, run.current, depth)

    def notify(self, n: int = 1) -> None:
        """Wake up to n waiters, as threading.Condition.notify does."""
        run = engine.running()
        if run is not None and self._users and not self._waiters:
            self.unheard.append((run.current, site()))
        if run is not None and run.record is not None and run.record.steps:
            for waiter in list(self._waiters)[:n]:
                waiter.source = run.record.now
            run.record.also(Access(("notified", id(self)), writes=False))
        super().notify(n)

    def _is_owned(self) -> bool:
        lock = self._lock
        run = engine.running()
        if isinstance(lock, Lock) and not (run is None and not engine.is_over()):
            return lock.owner is not None and (run is None or lock.owner is run.current)
        return super()._is_owned()  # type: ignore[no-any-return]


class _Waiting:
    """Whether a waiter can go on; notes for the record which step made that possible."""

    def __init__(self, waiter: Waiter, task: Task, run: Run) -> None:
        self._waiter = waiter
        self._task = task
        self._record = run.record

    def free(self) -> bool:
        waiter = self._waiter
        if not waiter.notified:
            return False
        source = getattr(waiter, "source", None)
        if self._record is not None and source is not None:
            self._task.sources.append(source)
            waiter.source = None  # type: ignore[attr-defined]
        return waiter.lock.owner is None


def is_timer(task: Task, timeout: float | None) -> bool:
    """A Timer's interval is a lower bound, like a sleep: it may be over before others have come far."""
    return timeout is not None and timeout <= SOON_S and isinstance(task.thread, threading.Timer)
