"""Whole programs as frontrun takes them: a setup, workers, and an invariant. Knows no event loop.

frontrun schedules the workers that it is given, and no thread that a program starts itself. So a program is
stopped where it waits for its threads: what it did until then is the setup, each thread is a worker, and the
rest, which asserts, is the invariant. A program of another shape becomes a worker, beside one worker for each
thread that it may start, which waits for a lock until that thread is started.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from parts.programs import Program

PLAIN = (str, bytes, int, float, type(None))
REAL = {name: getattr(threading.Thread, name) for name in ("start", "join", "is_alive")}


class UnsupportedError(Exception):
    """There is no model of this program for this tool."""


class AbandonedError(BaseException):
    """Unwinds a program that nobody will ask to go on."""


class Carrier:
    """One thread on which programs run. frontrun leaves threads alone that were there before it."""

    def __init__(self) -> None:
        self._turn, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._job: Callable[[], object] = int
        thread = threading.Thread(target=self._work, daemon=True)
        thread.start()
        self.ident = thread.ident

    def _work(self) -> None:
        while True:
            self._turn.acquire()
            self._job()
            self._back.release()

    def run(self, job: Callable[[], object]) -> None:
        """Let it run until it ends or suspends itself."""
        self._job = job
        self.resume()

    def resume(self) -> None:
        """Let the job go on."""
        self._turn.release()
        self._back.acquire()

    def suspend(self) -> None:
        """Called by the job: wait until somebody resumes it."""
        self._back.release()
        self._turn.acquire()


class Execution:
    """One execution of a program, which is the state that frontrun's workers share.

    frontrun looks into the state for the objects that the workers have in common. So what a program gives to
    its threads or tasks are attributes here; all else is out of sight.
    """

    __slots__ = ("__dict__", "errors")

    def __init__(self) -> None:
        self.errors: list[BaseException] = []

    def show(self, number: int, objects: Iterable[object]) -> None:
        """Make attributes of what this worker was given."""
        kept = [each for each in objects if not isinstance(each, (*PLAIN, FunctionType))]
        self.__dict__ |= {f"given_{number}_{index}": each for index, each in enumerate(kept)}

    def attempt(self, run: Callable[[], object]) -> None:
        """Take an exception for a finding; those of frontrun itself pass."""
        try:
            run()
        except Exception as error:  # noqa: BLE001 - see fail
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """Note it down, unless it is how frontrun ends an execution."""
        if type(error).__module__.startswith("frontrun"):
            raise error
        self.errors.append(error)

    def holds(self) -> bool:
        """Whether nothing failed, when all workers have ended."""
        return not self.errors


class Threads(Execution):
    """One execution of a program with threads, which are routed here when they are started and joined."""

    __slots__ = ("actors", "ends", "threads")

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[threading.Thread] = []  # in the order of their starts
        self.ends: list[Any] = []  # a lock each, free when the thread has ended
        self.actors: set[int | None] = set()  # the real threads on which the program runs

    def act(self, number: int) -> None:
        """Be this thread."""
        self.actors.add(threading.get_ident())
        with _named(self.threads[number]):
            self.attempt(self.threads[number].run)
        self.ends[number].release()

    def join(self, thread: threading.Thread, timeout: float | None = None) -> None:
        """Wait for its end."""
        if thread not in self.threads:
            raise RuntimeError("cannot join thread before it is started")
        end = self.ends[self.threads.index(thread)]
        if end.acquire(timeout=-1 if timeout is None else timeout):
            end.release()

    def is_alive(self, thread: threading.Thread) -> bool:
        """Whether it has been started and not ended."""
        return thread in self.threads and self.ends[self.threads.index(thread)].locked()


class Declared(Threads):
    """The program runs on the carrier up to its first join; its threads are the workers."""

    __slots__ = ("_abandoned", "_carrier", "_joins", "_waits")

    def __init__(self, program: Program, carrier: Carrier) -> None:
        super().__init__()
        self._carrier = carrier
        self._waits = self._joins = self._abandoned = False
        self.actors.add(carrier.ident)
        current.append(self)
        carrier.run(lambda: self._main(program))
        for number, thread in enumerate(self.threads):
            self.show(number, getattr(thread, "_args", ()))
            self.__dict__[f"self_{number}"] = getattr(getattr(thread, "_target", None), "__self__", None)

    def _main(self, program: Program) -> None:
        with contextlib.suppress(AbandonedError):
            self.attempt(program.load())
        self._waits = False

    def start(self, thread: threading.Thread) -> None:
        """Note it down."""
        if self._joins or threading.get_ident() != self._carrier.ident:
            raise RuntimeError("a thread is started after a join")
        self.threads.append(thread)
        self.ends.append(_held())

    def join(self, thread: threading.Thread, timeout: float | None = None) -> None:
        """Wait for the end of all, if it is the program that asks; they have ended at its second join."""
        if threading.get_ident() != self._carrier.ident:
            super().join(thread, timeout)
        elif not self._joins:
            self._waits = self._joins = True
            self._carrier.suspend()
            if self._abandoned:
                raise AbandonedError

    def holds(self) -> bool:
        """Let the program go on to its assertions."""
        if self._waits:
            self._carrier.resume()
        return super().holds()

    def abandon(self) -> None:
        """Free the carrier from a program whose threads did not end."""
        if self._waits:
            self._abandoned = True
            self._carrier.resume()


class Slots(Threads):
    """The program is the first worker; the others are threads that it may start."""

    __slots__ = ("_gates", "_main", "is_short")

    def __init__(self, program: Program, slots: int) -> None:
        super().__init__()
        self.is_short = False  # more threads than slots
        self._gates = [_held() for _ in range(slots)]
        self.ends = [_held() for _ in range(slots)]
        self._main = program.load()
        current.append(self)

    def play(self) -> None:
        """Be the program."""
        self.actors.add(threading.get_ident())
        try:
            self.attempt(self._main)
        finally:
            for gate in self._gates[len(self.threads) :]:
                gate.release()

    def slot(self, number: int) -> None:
        """Be the thread of this number, once it is started; none, if the program ends before."""
        self._gates[number].acquire()
        if number < len(self.threads):
            self.act(number)

    def start(self, thread: threading.Thread) -> None:
        """Open a gate."""
        if len(self.threads) == len(self._gates):
            self.is_short = True
            raise RuntimeError("more threads than slots")
        self.threads.append(thread)
        self._gates[len(self.threads) - 1].release()


current: list[Any] = []  # the executions so far; the last one is going on
failed: list[list[BaseException]] = []  # what was raised in each execution that failed


def holds(execution: Any) -> bool:
    """The invariant."""
    held = execution.holds()
    if not held:
        failed.append(list(execution.errors))
    return held


def player(execution: Slots) -> None:
    """The worker that is the program."""
    execution.play()


def slot(number: int) -> Callable[[Slots], None]:
    """The worker that is a thread once it is started."""
    return lambda execution: execution.slot(number)


def thread(number: int) -> Callable[[Declared], None]:
    """The worker that is a thread."""
    return lambda execution: execution.act(number)


def route_threads() -> None:
    """Have start, join and is_alive ask the execution whose threads these are."""
    queue.SimpleQueue = queue._PySimpleQueue  # type: ignore[misc,attr-defined]  # noqa: SLF001 - the other one blocks in C

    def routed(name: str) -> Callable[..., object]:
        def method(thread: threading.Thread, *args: object, **kwargs: object) -> object:
            one = current[-1] if current else None
            if one is not None and threading.get_ident() in one.actors:
                return getattr(one, name)(thread, *args, **kwargs)
            return REAL[name](thread, *args, **kwargs)

        return method

    for name in REAL:
        setattr(threading.Thread, name, routed(name))


def _held() -> Any:
    lock = threading.Lock()
    lock.acquire()
    return lock


@contextlib.contextmanager
def _named(thread: threading.Thread) -> Iterator[None]:
    """Be called as the program's thread is: some programs ask for their own name."""
    real = threading.current_thread()
    name, real.name = real.name, thread.name
    try:
        yield
    finally:
        real.name = name
