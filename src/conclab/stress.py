"""A stress test: runs a program again and again until it fails. Knows nothing of how else to find a bug.

A run that hangs is a failure too, and must not take its process with it: the program runs in threads that
nobody has to wait for, and the locks that it made are opened afterwards, so that they end.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

# A run takes milliseconds. One that gets nowhere for half a second is held to hang; a machine that gives
# it no CPU for so long would be taken for that, too.
PATIENCE_S = 0.5
BEAT_S = 0.05
OPENINGS = 100  # a thread that is let go may run into the next lock
HANGS = f"it hangs: nothing went on for {PATIENCE_S:g} s"


@dataclass(frozen=True, slots=True)
class Stressed:
    """How it ended: the failure in words, empty if none came."""

    failure: str
    runs: int
    seconds: float


@dataclass(slots=True)
class Course:
    """What the thread that runs the program has done so far. Others only look, and may say stop."""

    begun: int = 0
    failure: str = ""
    ended_at: float = 0.0
    stop: bool = False
    locks: list[Any] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)


def stress(program: ModuleType, run: Callable[[], None], *, runs: int) -> Stressed:
    """Run it until it fails or hangs, `runs` times at most. `program` is the module that makes the locks."""
    course = Course()
    with _locks_noted(program, course.locks), _errors_noted(course.errors):
        runner = threading.Thread(target=_repeat, args=(course, run, runs), name="stress", daemon=True)
        start = time.perf_counter()
        runner.start()
        if not _awaited(runner, course):
            hung_at = time.perf_counter()
            course.stop = True
            _let_go(runner, course.locks)
            return Stressed(HANGS, course.begun, hung_at - start)
    return Stressed(course.failure, course.begun, course.ended_at - start)


def _repeat(course: Course, run: Callable[[], None], runs: int) -> None:
    while not course.failure and not course.stop and course.begun < runs:
        course.begun += 1
        course.locks.clear()
        try:
            run()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
            course.failure = _words(error)
        if course.errors:  # of a thread of the program
            course.failure = _words(course.errors[0])
    course.ended_at = time.perf_counter()


def _awaited(runner: threading.Thread, course: Course) -> bool:
    """Wait for the end; False if it will not come."""
    begun, since = course.begun, time.perf_counter()
    while True:
        runner.join(BEAT_S)
        if not runner.is_alive():
            return True
        now = time.perf_counter()
        if course.begun != begun:
            begun, since = course.begun, now
        elif now - since > PATIENCE_S:
            return False


def _let_go(runner: threading.Thread, locks: list[Any]) -> None:
    """Open the locks of a program that hangs, as often as it takes. Anybody may release a plain lock."""
    for _ in range(OPENINGS):
        for lock in list(locks):
            with suppress(RuntimeError):  # it was released meanwhile
                lock.release()
        runner.join(BEAT_S)
        if not runner.is_alive():
            return


@contextmanager
def _locks_noted(program: ModuleType, locks: list[Any]) -> Iterator[None]:
    """Note every lock that the program makes. They are real ones: nothing else of them is changed."""
    real = getattr(program, "Lock", None)
    if real is None:
        yield
        return

    def noted() -> Any:
        locks.append(real())
        return locks[-1]

    program.Lock = noted  # type: ignore[attr-defined]
    try:
        yield
    finally:
        program.Lock = real  # type: ignore[attr-defined]


@contextmanager
def _errors_noted(errors: list[BaseException]) -> Iterator[None]:
    """Note what the program's threads raise, which would be printed and forgotten."""
    before = threading.excepthook

    def note(raised: threading.ExceptHookArgs) -> None:
        if raised.exc_value is not None:
            errors.append(raised.exc_value)

    threading.excepthook = note
    try:
        yield
    finally:
        threading.excepthook = before


def _words(error: BaseException) -> str:
    first = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
