"""One task after the other, as in serial, while another process computes.

The twin of beside_thread: the same neighbour, which needs a core as before, but has an interpreter and a
GIL of its own. It too computes during `map` and at no other time.
"""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from conclab.model import Strategy
from conclab.strategies.beside_thread import compute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from conclab.model import Job, MapJob


def live(start: Callable[[], None], pipe: Connection[None, None]) -> None:
    """Say that this process is up. Then one message is to compute, the next to rest; the end is the end."""
    try:
        start()
        pipe.send(None)
        while True:
            pipe.recv()
            while not pipe.poll():
                compute()
            pipe.recv()
            pipe.send(None)
    except (EOFError, ConnectionError):
        return


def answer(pipe: Connection[None, None]) -> None:
    """Wait for the neighbour's word."""
    try:
        pipe.recv()
    except (EOFError, ConnectionError) as gone:
        raise ChildProcessError("the neighbour process ended before its answer") from gone


@contextmanager
def neighbour(start: Callable[[], None]) -> Iterator[Connection[None, None]]:
    """Have a process at rest; yields the pipe that wakes it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=live, args=(start, theirs), name="neighbour", daemon=True)
    process.start()
    theirs.close()  # the neighbour's copy must be the only one, or its end would not be noticed
    try:
        answer(ours)
        yield ours
    finally:
        ours.close()
        process.join()


@contextmanager
def open_beside_process(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:  # noqa: ARG001
    """Run tasks in the caller's own thread, beside a process. Workers are ignored: there is one."""
    start()
    with neighbour(start) as pipe:

        def map_job(job: Job, arguments: Sequence[Any]) -> list[Any]:
            pipe.send(None)
            try:
                return [job(argument) for argument in arguments]
            finally:
                pipe.send(None)
                answer(pipe)  # from now on it is at rest

        yield map_job


STRATEGY = Strategy(open=open_beside_process)
