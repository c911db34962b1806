"""The submission's own locks, threads and clock: announced to the grader too, so that it decides their order.

The submission meets a module `threading` of ours; the real one stays as it is below. Going round it by
`_thread` is possible and brings nothing: a thread that waits where nobody sees it is a time-out.
"""

from __future__ import annotations

import sys
import threading as real
import time
from types import ModuleType
from typing import TYPE_CHECKING, Any

from conclab.classroom.channel.inside import proxies
from conclab.classroom.channel.inside.line import where
from conclab.classroom.channel.inside.telling import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from conclab.classroom.channel.inside.line import Line

REAL = real  # for those that came too late to import it
LINE: Line = None  # type: ignore[assignment]


def _target(kind: str, **more: Any) -> dict[str, Any]:
    number = LINE.own()
    return {"obj": number, "k": kind, "made": where(LINE.folder), **more}


class Lock(proxies.Lock):
    """As threading.Lock."""

    def __init__(self) -> None:
        super().__init__(LINE, _target("lock"))

    def _at_fork_reinit(self) -> None:
        """The standard library asks for it when it is imported."""


class RLock(proxies.RLock):
    """As threading.RLock."""

    def __init__(self) -> None:
        super().__init__(LINE, _target("rlock"))


class Condition(proxies.Condition):
    """As threading.Condition."""

    def __init__(self, lock: Any = None) -> None:
        inner = RLock() if lock is None else lock
        super().__init__(LINE, _target("condition", of=inner.conclab_target()))


class Semaphore(proxies.Semaphore):
    """As threading.Semaphore."""

    kind = "semaphore"

    def __init__(self, value: int = 1) -> None:
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        super().__init__(LINE, _target(self.kind, value=value))


class BoundedSemaphore(Semaphore):
    """As threading.BoundedSemaphore."""

    kind = "bounded"


class Event(proxies.Event):
    """As threading.Event."""

    def __init__(self) -> None:
        super().__init__(LINE, _target("event"))


class Barrier(real.Barrier):
    """As threading.Barrier, over a condition of ours."""

    def __init__(
        self, parties: int, action: Callable[[], None] | None = None, timeout: float | None = None
    ) -> None:
        super().__init__(parties, action, timeout)
        self._cond = Condition(Lock())


class Thread(real.Thread):
    """As threading.Thread: its start, its end and waiting for it are operations."""

    conclab_task = 0

    def start(self) -> None:
        """Have the grader give it a number; it begins when the grader says so."""
        if not self.conclab_task:
            self.conclab_task = LINE.ask({"obj": 0, "k": "thread"}, "spawn", self.name, self.daemon)
        super().start()

    def run(self) -> None:
        """Begin when the grader says so, and say when it has ended."""
        task = self.conclab_task
        LINE.tasks[real.get_ident()] = task
        end: dict[str, Any] = {"end": task}
        try:
            LINE.ask({"obj": 0, "k": "thread"}, "begin")
            super().run()
        except SystemExit:
            pass
        except BaseException as error:
            end["error"] = told(error, LINE.folder)
            raise
        finally:
            del LINE.tasks[real.get_ident()]
            LINE.send(end)

    def join(self, timeout: float | None = None) -> None:
        """Wait in the grader's time."""
        if not self.conclab_task:
            raise RuntimeError("cannot join thread before it is started")
        if LINE.ask({"obj": 0, "k": "thread"}, "join", self.conclab_task, timeout):
            super().join()

    def is_alive(self) -> bool:
        """Ask the grader."""
        return bool(self.conclab_task and LINE.ask({"obj": 0, "k": "thread"}, "alive", self.conclab_task))


class Timer(Thread):
    """As threading.Timer."""

    def __init__(self, interval: float, function: Any, args: Any = None, kwargs: Any = None) -> None:
        super().__init__()
        self.interval, self.function = interval, function
        self.args, self.kwargs = args or [], kwargs or {}
        self.finished = Event()

    def cancel(self) -> None:
        """Stop it, if it has not begun."""
        self.finished.set()

    def run(self) -> None:
        """Wait, then call."""
        self._target = self._late
        super().run()

    def _late(self) -> None:
        self.finished.wait(self.interval)
        if not self.finished.is_set():
            self.function(*self.args, **self.kwargs)
        self.finished.set()


def sleep(seconds: float) -> None:
    """Wait in the grader's time."""
    LINE.ask({"obj": 0, "k": "time"}, "sleep", seconds)


def now() -> float:
    """The grader's time, as of the last answer."""
    return LINE.now


def now_ns() -> int:
    """The same in nanoseconds."""
    return int(LINE.now * 1e9)


OURS = (Lock, RLock, Condition, Semaphore, BoundedSemaphore, Event, Barrier, Thread, Timer)


def install(line: Line) -> None:
    """From here on whoever imports threading gets ours, and time is the grader's."""
    global LINE  # noqa: PLW0603 - one worker, one line
    LINE = line
    module = ModuleType("threading", real.__doc__)
    module.__dict__.update({name: value for name, value in vars(real).items() if name != "__dict__"})
    for kind in OURS:
        setattr(module, kind.__name__, kind)
    sys.modules["threading"] = module
    time.sleep = sleep  # type: ignore[assignment]
    time.monotonic = time.perf_counter = time.time = now
    time.monotonic_ns = time.perf_counter_ns = time.time_ns = now_ns
    import queue  # noqa: PLC0415 - after the module above

    queue.SimpleQueue = queue._PySimpleQueue  # type: ignore[attr-defined, misc]
