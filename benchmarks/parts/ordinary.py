"""A program run again and again with nothing that steers it, as people look for races. Gives no schedule."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

HANGS_S = 1.0  # a run that takes longer
MOST_HANGS = 6  # each costs a second
TOGETHER_S = 0.001  # how long a started thread is held back for the others
RUN = "ordinary run"


@dataclass(frozen=True, slots=True)
class Ran:
    """What many runs showed."""

    runs: int
    hangs: int
    errors: tuple[BaseException, ...]  # the first of each run that failed


def run_often(load: Callable[[], Callable[[], object]], *, runs: int, seconds: float) -> Ran:
    """Run it so often, or as often as the seconds allow. What hangs stays: end the process with os._exit."""
    raised: list[BaseException] = []
    threading.excepthook = lambda args: raised.append(args.exc_value or args.exc_type())
    until = time.perf_counter() + seconds
    errors, hangs, done = [], 0, 0
    while done < runs and hangs < MOST_HANGS and time.perf_counter() < until:
        raised.clear()
        one = threading.Thread(target=load(), name=RUN)
        one.start()
        one.join(HANGS_S)
        done += 1
        hangs += one.is_alive()
        errors += raised[:1]
    return Ran(done, hangs, tuple(errors))


def tune() -> None:
    """Switch as often as the interpreter can, and start a program's threads together.

    A thread waits until somebody joins one, which a program does when all are started; at most a millisecond,
    for those that do something else.
    """
    sys.setswitchinterval(1e-6)
    gate = threading.Event()
    run, join = threading.Thread.run, threading.Thread.join

    def together(thread: threading.Thread) -> None:
        if thread.name == RUN:
            gate.clear()
        else:
            gate.wait(TOGETHER_S)
        run(thread)

    def opening(thread: threading.Thread, *args: Any, **kwargs: Any) -> None:
        if thread.name != RUN:
            gate.set()
        join(thread, *args, **kwargs)

    threading.Thread.run, threading.Thread.join = together, opening  # type: ignore[method-assign]
