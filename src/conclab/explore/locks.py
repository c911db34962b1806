"""Lock and RLock as the scheduler knows them; they behave as the documented ones do.

Made by a thread that the scheduler does not know, each is the real one. Made by one that it knows but used by
another thread of the process, each does what a real one does: a module that is imported by code under test
keeps its locks when the exploration is over.
"""

from __future__ import annotations

import _thread
import threading
from typing import TYPE_CHECKING, Any, Self

from conclab.explore import engine
from conclab.explore.engine import get_frame, is_users, made, site
from conclab.explore.operation import Access, Kind, Operation
from conclab.explore.outcome import Abort
from conclab.explore.record import Hidden

if TYPE_CHECKING:
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Task

real_lock = threading.Lock
real_rlock = _thread.RLock  # threading.RLock would look up what is put in its place
NEVER_RELEASED = "release unlocked lock"
NOT_YOURS = "cannot release un-acquired lock"


class Lock:
    """A lock that one task holds at a time."""

    reentrant = False

    def __new__(cls) -> Self:
        """Give a thread that is not under test the real one."""
        if engine.is_outside():
            return real_rlock() if cls.reentrant else real_lock()  # type: ignore[return-value]
        return super().__new__(cls)

    def __init__(self) -> None:
        self.owner: Any = None
        self.depth = 0
        self.tried = False  # its last taker did not wait for it
        self.taken_at: Any = None
        self.released_at = -1  # the step, for the record
        self.made = made(self)
        self.is_users = is_users(get_frame(1).f_code)
        self._operation = Operation(Kind.ACQUIRE, obj=self)
        self._freed = Access(("tried", id(self)), writes=False)

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
            return self._outside(blocking, timeout)
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

    def _outside(self, blocking: bool, timeout: float) -> bool:
        if not engine.is_over():
            return bool(self._beside().acquire(blocking, timeout))
        # The program has ended: its finalizers have nobody to wait for.
        if self.owner is not None and not (self.reentrant and self.owner == threading.get_ident()):
            if blocking and timeout:
                raise Abort
            return False
        self.owner = threading.get_ident()
        self.depth += 1
        return True

    def _beside(self) -> Any:
        """The real one, for threads that are not under test."""
        found = self.__dict__.get("_real")
        if found is None:
            found = self.__dict__.setdefault("_real", real_rlock() if self.reentrant else real_lock())
        return found

    def release(self) -> None:
        """Give it back, as threading.Lock.release does."""
        run = engine.running()
        if run is None and not engine.is_over():
            self._beside().release()
            return
        if run is None or run.aborting:
            self._drop()
            return
        if self.owner is None:
            raise RuntimeError(NOT_YOURS if self.reentrant else NEVER_RELEASED)
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
        if run.record is not None and self.owner is not run.current:
            run.record.depends(Hidden.UNSEEN)  # who holds it does not follow from how far its taker has come
        self.owner = None
        if run.trace is not None:
            run.trace.released(self)
        if run.record is not None:
            self.released_at = run.record.now
            run.record.also(self._freed)

    def _drop(self) -> None:
        self.depth -= 1
        if self.depth <= 0:
            self._drop_all()

    def _drop_all(self) -> None:
        held = getattr(self.owner, "held", [])
        if self in held:
            held.remove(self)
        self.owner = None
        self.depth = 0

    def locked(self) -> bool:
        """Whether somebody holds it, as threading.Lock.locked does."""
        run = engine.running()
        if run is None and not engine.is_over():
            return bool(self._beside().locked())
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
        self._drop_all()
        self.__dict__.pop("_real", None)

    def __repr__(self) -> str:
        state = "locked" if self.owner is not None else "unlocked"
        return f"<{state} _thread.lock object at {id(self):#x}>"


class RLock(Lock):
    """A lock that its owner may take again."""

    reentrant = True

    def _is_owned(self) -> bool:
        run = engine.running()
        if run is None and not engine.is_over():
            return bool(self._beside()._is_owned())
        return self.owner is not None and (run is None or self.owner is run.current)

    def _recursion_count(self) -> int:
        return self.depth if self._is_owned() else 0

    def __repr__(self) -> str:
        state = "locked" if self.owner is not None else "unlocked"
        owner = getattr(self.owner, "ident", 0)
        return f"<{state} _thread.RLock object owner={owner} count={self.depth} at {id(self):#x}>"

    def _release_save(self) -> Any:
        if engine.is_outside():
            return self._beside()._release_save()
        if self.owner is None or not self._is_owned():
            raise RuntimeError(NOT_YOURS)
        depth = self.depth
        self.depth = 1
        self.release()
        return depth

    def _acquire_restore(self, depth: Any) -> None:
        if engine.is_outside():
            self._beside()._acquire_restore(depth)
            return
        self.acquire()
        self.depth = depth


if not hasattr(real_rlock(), "locked"):  # before 3.14
    RLock.locked = property()  # type: ignore[assignment,method-assign]


def _check_timeout(blocking: bool, timeout: float) -> None:
    if not blocking:
        raise ValueError("can't specify a timeout for a non-blocking call")
    if timeout < 0:
        raise ValueError("timeout value must be a non-negative number")
    if timeout > threading.TIMEOUT_MAX:
        raise OverflowError("timeout value is too large")
