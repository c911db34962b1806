"""Event as the scheduler knows it: each of its methods is one operation.

A wait is two if the program clears events: first a look whether it is set, then the wait itself. Whoever has
come as far as that hears of a set(), even if a clear() follows at once; whoever has not misses both.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

from conclab.explore import engine
from conclab.explore.conditions import Condition, is_timer
from conclab.explore.engine import made, site
from conclab.explore.locks import Lock
from conclab.explore.operation import Kind, Operation
from conclab.explore.outcome import Abort

if TYPE_CHECKING:
    from collections.abc import Sequence

RealEvent = threading.Event


class Event(RealEvent):
    """threading.Event."""

    def __new__(cls) -> Self:
        """Give a thread that is not under test the real one."""
        if engine.is_outside() and cls is Event:
            return RealEvent()  # type: ignore[return-value]
        return super().__new__(cls)

    def __init__(self) -> None:
        self._flag = False
        self.made = made(self)
        self._set_at = -1
        self._asks = Operation(Kind.ASK, obj=self)
        self.cleared: list[Any] = []
        self._heard: list[list[int]] = []  # one for each who waits; the step in which it was set since

    @property
    def _cond(self) -> Condition:
        """What the real one has: for subclasses, and for threads that are not under test."""
        found: Condition | None = self.__dict__.get("_own_cond")
        if found is None:
            found = self.__dict__["_own_cond"] = Condition(Lock())
        return found

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
        if run is None and not engine.is_over():
            super().set()
            return
        if run is not None:
            run.announce(Operation(Kind.SET, "set", obj=self))
            if run.record is not None and not self._flag:
                self._set_at = run.record.now
        self._flag = True
        for heard in self._heard:
            if not heard:
                heard.append(-1 if run is None or run.record is None else run.record.now)

    def clear(self) -> None:
        """Have those who come from now on wait."""
        run = engine.running()
        if run is not None:
            run.announce(Operation(Kind.SET, "clear", obj=self))
            engine.clears()
            if self._flag:
                self.cleared.append((run.current, site()))
        self._flag = False

    def _is(self) -> bool:
        return self._flag

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set."""
        run = engine.running()
        if run is None and not engine.is_over():
            return super().wait(timeout)
        if run is None:
            if not self._flag and (timeout is None or timeout > 0):
                raise Abort
            return self._flag
        if timeout is not None and timeout <= 0:
            return self.is_set()
        if not engine.is_cleared():
            self._wait(self._is, timeout)
            return self._flag
        if self.is_set():
            return True
        heard: list[int] = []
        self._heard.append(heard)
        try:
            self._wait(lambda: bool(heard), timeout, heard)
        finally:
            self._heard = [one for one in self._heard if one is not heard]
        return bool(heard)

    def _wait(self, free: Any, timeout: float | None, heard: Sequence[int] = ()) -> None:
        run = engine.running()
        if run is None:
            raise Abort
        deadline = None if timeout is None else run.now + timeout
        operation = Operation(Kind.WAIT, obj=self)
        run.announce(operation, free, deadline=deadline, early=is_timer(run.current, timeout))
        if run.record is not None:
            run.record.follows(heard[0] if heard else self._set_at)

    def _at_fork_reinit(self) -> None:
        self._flag = False
        self.__dict__.pop("_own_cond", None)

    def __repr__(self) -> str:
        kind = type(self)
        name = "threading.Event" if kind is Event else f"{kind.__module__}.{kind.__qualname__}"
        return f"<{name} at {id(self):#x}: {'set' if self._flag else 'unset'}>"
