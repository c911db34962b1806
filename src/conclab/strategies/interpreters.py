"""A pool of subinterpreters: threads of one process, each with an interpreter and a GIL of its own.

In the standard library from Python 3.14 on. Arguments and answers are copied, as with processes.
Most C extensions don't load in a subinterpreter.
"""

from __future__ import annotations

import os
import select
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conclab.model import Strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from conclab.model import MapJob


LOOK_EVERY_S = 0.05


def arrive_by_pipe(start: Callable[[], None], here: int, go: int) -> None:
    """Get one interpreter ready, say so, and hold it until the last one is.

    A barrier can't be shared between interpreters; a file descriptor belongs to the process.
    """
    try:
        start()
    finally:
        os.write(here, b".")  # also when it failed: the pool then raises, instead of waiting for ever
    os.read(go, 1)


def await_arrivals(here: int, arrivals: Sequence[Future[int]]) -> None:
    """Return when every interpreter is ready. Raises what kept one from being made."""
    missing = len(arrivals)
    while missing:
        if select.select([here], [], [], LOOK_EVERY_S)[0]:
            missing -= len(os.read(here, missing))
        for arrival in arrivals:
            if arrival.done() and arrival.exception() is not None:
                arrival.result()


@contextmanager
def open_interpreters(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Run tasks in `workers` interpreters, as `InterpreterPoolExecutor.map` does."""
    from concurrent.futures import InterpreterPoolExecutor  # type: ignore[attr-defined] # noqa: PLC0415

    here_read, here = os.pipe()
    go, go_write = os.pipe()
    try:
        pool = InterpreterPoolExecutor(workers, "interpreter", arrive_by_pipe, (start, here, go))
        with pool:
            arrivals = [pool.submit(int) for _ in range(workers)]
            await_arrivals(here_read, arrivals)
            os.write(go_write, b"." * workers)
            for arrival in arrivals:
                arrival.result()
            yield lambda job, arguments: list(pool.map(job, arguments))
    finally:
        for end in (here_read, here, go, go_write):
            os.close(end)


STRATEGY = Strategy(open=open_interpreters, since=(3, 14), alone=True)
