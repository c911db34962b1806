"""Lock, RLock, Condition and Event as the scheduler knows them; they behave as the documented ones do.

Semaphore, Barrier, Timer, Queue, Future and ThreadPoolExecutor are the standard library's own code on top.
Made by a thread that the scheduler does not know, each is the real one.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

from conclab.explore import engine
from conclab.explore.engine import site
from conclab.explore.operation import Kind, Operation
from conclab.explore.outcome import Abort

if TYPE_CHECKING:
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Task

RealCondition = threading.Condition
RealEvent = threading.Event
real_lock = threading.Lock
real_rlock = threading.RLock
NEVER_RELEASED = "release unlocked lock"
SOON_S = 1.0  # a Timer of more than that is taken at its word: nobody else is so slow
NOT_YOURS = "cannot release un-acquired lock"


class Lock:
    """A lock that one task holds at a time."""

    reentrant = False

    def __new__(cls) -> Self:
        """Give a thread that is not under test the real one."""
        if engine.running() is None:
            return real_rlock() if cls.reentrant else real_lock()  # type: ignore[return-value]
        return super().__new__(cls)

    def __init__(self) -> None:
        self.owner: Any = None
        self.depth = 0
        self.tried = False  # its last taker did not wait for it
        self.taken_at: Any = None
        self.released_at = -1  # the step, for the record
        self.made = site()
        self._operation = Operation(Kind.ACQUIRE, obj=self)

    def free(self) -> bool:
        """Whether it can be taken."""
        return self.owner is None

    def taken(self) -> bool:
        """Whether somebody holds it."""
        return self.owner is not None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it, as threading.Lock.acquire does."""
        run = engine.running()
        blocking = bool(blocking)
        if timeout != -1:
            _check_timeout(blocking, timeout)
        if run is None:
            return self._unscheduled(blocking)
        me: Any = run.current
        if self.reentrant and self.owner is me:
            self.depth += 1
            return True
        if not blocking or timeout == 0:
            return self._try(run, me)
        deadline = None if timeout < 0 else run.now + timeout
        if not run.announce(self._operation, self.free, deadline=deadline):
            return False
        self.tried = False
        self._take(run, me, 1)
        return True

    def _take(self, run: Run, me: Task, depth: int) -> None:
        self.owner = me
        self.depth = depth
        me.held.append(self)
        if run.trace is not None:
            self.taken_at = site()
            run.trace.taken(self)
        if run.record is not None:
            run.record.follows(self.released_at)

    def _try(self, run: Run, me: Task) -> bool:
        run.announce(Operation(Kind.TRY, obj=self))
        if self.owner is not None:
            run.changes -= 1  # that changed nothing: whoever tries again should let others go first
            me.idle += 1
            return False
        self.tried = True
        self._take(run, me, 1)
        return True

    def _unscheduled(self, blocking: bool) -> bool:
        """Outside an execution nobody else is there; the finalizers of a program that has ended are."""
        if self.owner is not None and not (self.reentrant and self.owner == threading.get_ident()):
            if blocking:
                raise Abort
            return False
        self.owner = threading.get_ident()
        self.depth += 1
        return True

    def release(self) -> None:
        """Give it back, as threading.Lock.release does."""
        run = engine.running()
        if self.owner is None:
            raise RuntimeError(NOT_YOURS if self.reentrant else NEVER_RELEASED)
        if run is None or run.aborting:
            self._drop()
            return
        if self.reentrant and self.owner is not run.current:
            raise RuntimeError(NOT_YOURS)
        if self.depth == 1 and engine.is_tried():
            run.announce(Operation(Kind.RELEASE, obj=self))
        self._give(run)

    def _give(self, run: Run) -> None:
        self.depth -= 1
        if self.depth:
            return
        if self in self.owner.held:
            self.owner.held.remove(self)
        self.owner = None
        if run.trace is not None:
            run.trace.released(self)
        if run.record is not None:
            self.released_at = run.record.now

    def _drop(self) -> None:
        self.depth -= 1
        if self.depth <= 0:
            held = getattr(self.owner, "held", [])
            if self in held:
                held.remove(self)
            self.owner = None
            self.depth = 0

    def locked(self) -> bool:
        """Whether somebody holds it, as threading.Lock.locked does."""
        run = engine.running()
        if run is not None:
            run.announce(Operation(Kind.LOCKED, obj=self))
        return self.owner is not None

    acquire_lock = acquire
    release_lock = release
    locked_lock = locked

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self.owner = None
        self.depth = 0

    def __repr__(self) -> str:
        state = "locked" if self.owner is not None else "unlocked"
        return f"<{state} {type(self).__module__}.{type(self).__qualname__} object at {id(self):#x}>"


class RLock(Lock):
    """A lock that its owner may take again."""

    reentrant = True

    def _is_owned(self) -> bool:
        run = engine.running()
        return self.owner is not None and (run is None or self.owner is run.current)

    def _recursion_count(self) -> int:
        return self.depth if self._is_owned() else 0

    def _release_save(self) -> int:
        if self.owner is None or not self._is_owned():
            raise RuntimeError(NOT_YOURS)
        depth = self.depth
        self.depth = 1
        self.release()
        return depth

    def _acquire_restore(self, depth: int) -> None:
        self.acquire()
        self.depth = depth


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


class Condition(RealCondition):
    """threading.Condition, whose waiter takes the lock again in the same operation that wakes it."""

    def __new__(cls, lock: Any = None) -> Self:
        """Give a thread that is not under test the real one."""
        if engine.running() is None and cls is Condition:
            return RealCondition(lock)  # type: ignore[return-value]
        return super().__new__(cls)

    def __init__(self, lock: Any = None) -> None:
        super().__init__(RLock() if lock is None else lock)
        self.made = site()
        self.unheard: list[Any] = []  # where it was notified while nobody waited
        self.waits = Operation(Kind.RESUME, obj=self._lock)
        self.waits.name = "condition"

    def wait(self, timeout: float | None = None) -> bool:
        """Give the lock back and wait to be notified, as threading.Condition.wait does."""
        run = engine.running()
        lock = self._lock
        if run is None or not isinstance(lock, Lock):
            return super().wait(timeout)
        if run.aborting:
            raise Abort
        if lock.owner is not run.current:
            raise RuntimeError("cannot wait on un-acquired lock")
        me = run.current
        depth, lock.depth = lock.depth, 1
        if engine.is_tried():
            run.announce(Operation(Kind.RELEASE, obj=lock))
        waiter = Waiter(lock)
        if timeout is not None and timeout <= 0:  # a look, not a wait: nobody else need have stopped
            lock._give(run)  # noqa: SLF001
            self._retake(run, lock, depth)
            return False
        self._waiters.append(waiter)
        lock._give(run)  # noqa: SLF001
        deadline = None if timeout is None else run.now + max(0.0, timeout)
        operation = Operation(Kind.RESUME, obj=lock)
        operation.name = self  # type: ignore[assignment]
        waiting = _Waiting(waiter, me, run)
        came = run.announce(operation, waiting.free, deadline=deadline, early=_is_timer(me, timeout))
        if not came and not waiter.notified:
            self._waiters.remove(waiter)
        if lock.owner is not None:  # its time was over while somebody else had the lock
            self._retake(run, lock, depth)
        else:
            lock._take(run, me, depth)  # noqa: SLF001
        return waiter.notified

    def _retake(self, run: Run, lock: Lock, depth: int) -> None:
        run.announce(Operation(Kind.ACQUIRE, obj=lock), lock.free)
        lock._take(run, run.current, depth)  # noqa: SLF001

    def notify(self, n: int = 1) -> None:
        """Wake up to n waiters, as threading.Condition.notify does."""
        run = engine.running()
        if run is not None and not self._waiters:
            self.unheard.append((run.current, site()))
        if run is not None and run.record is not None and run.record.steps:
            for waiter in list(self._waiters)[:n]:
                waiter.source = run.record.now
        super().notify(n)

    def _is_owned(self) -> bool:
        lock = self._lock
        run = engine.running()
        if isinstance(lock, Lock):
            return lock.owner is not None and (run is None or lock.owner is run.current)
        return super()._is_owned()  # type: ignore[misc,no-any-return]


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


class Event(RealEvent):
    """threading.Event, each of whose methods is one operation."""

    def __new__(cls) -> Self:
        """Give a thread that is not under test the real one."""
        if engine.running() is None and cls is Event:
            return RealEvent()  # type: ignore[return-value]
        return super().__new__(cls)

    def __init__(self) -> None:
        self._cond = None  # type: ignore[assignment]
        self._flag = False
        self.made = site()
        self._set_at = -1
        self._asks = Operation(Kind.ASK, obj=self)
        self.cleared: list[Any] = []

    def is_set(self) -> bool:
        """Tell whether it is set."""
        run = engine.running()
        if run is not None:
            run.announce(self._asks)
        return self._flag

    isSet = is_set  # noqa: N815

    def set(self) -> None:
        """Wake everybody who waits."""
        run = engine.running()
        if run is not None:
            run.announce(Operation(Kind.SET, "set", obj=self))
            if run.record is not None:
                self._set_at = run.record.now
        self._flag = True

    def clear(self) -> None:
        """Have those who come from now on wait."""
        run = engine.running()
        if run is not None:
            run.announce(Operation(Kind.SET, "clear", obj=self))
            if self._flag:
                self.cleared.append((run.current, site()))
        self._flag = False

    def _is(self) -> bool:
        return self._flag

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set."""
        run = engine.running()
        if run is None:
            return self._flag
        me = run.current
        if timeout is not None and timeout <= 0:
            return self.is_set()
        deadline = None if timeout is None else run.now + timeout
        operation = Operation(Kind.WAIT, obj=self)
        run.announce(operation, self._is, deadline=deadline, early=_is_timer(me, timeout))
        if run.record is not None:
            run.record.follows(self._set_at)
        return self._flag

    def _at_fork_reinit(self) -> None:
        self._flag = False

    def __repr__(self) -> str:
        return f"<threading.Event at {id(self):#x}: {'set' if self._flag else 'unset'}>"


def _is_timer(task: Task, timeout: float | None) -> bool:
    """A Timer's interval is a lower bound, like a sleep: it may be over before others have come far."""
    return timeout is not None and timeout <= SOON_S and isinstance(task.thread, threading.Timer)


def _check_timeout(blocking: bool, timeout: float) -> None:
    if not blocking:
        raise ValueError("can't specify a timeout for a non-blocking call")
    if timeout < 0:
        raise ValueError("timeout value must be a non-negative number")
    if timeout > threading.TIMEOUT_MAX:
        raise OverflowError("timeout value is too large")
