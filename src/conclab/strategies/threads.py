"""A pool of threads: shared memory, and one GIL between them on a default build."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import TYPE_CHECKING, Protocol

from conclab.model import Strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from conclab.model import MapJob


class Meeting(Protocol):
    """A barrier of threads or of processes."""

    def wait(self) -> int:
        """Return when everybody is here."""

    def abort(self) -> None:
        """Send everybody home with an error."""


def arrive(start: Callable[[], None], all_up: Meeting) -> None:
    """Get one worker ready, then hold it until the last one is.

    Without the meeting one quick worker answers every warm-up call, and the clock pays for the
    others booting.
    """
    try:
        start()
    except BaseException:
        all_up.abort()  # or the others wait for ever for a worker that never comes
        raise
    all_up.wait()


def wake(pool: Executor, workers: int, meeting: Meeting) -> None:
    """Make a lazy pool start all its workers: each call occupies one, since none is idle yet."""
    try:
        for arrival in [pool.submit(int) for _ in range(workers)]:
            arrival.result()
    except BaseException:
        meeting.abort()  # a worker could not even be made: those that wait for it must go home
        raise


@contextmanager
def thread_pool(workers: int, start: Callable[[], None]) -> Iterator[ThreadPoolExecutor]:
    """Open a pool whose threads are all up."""
    meeting = Barrier(workers)
    with ThreadPoolExecutor(workers, "worker", arrive, (start, meeting)) as pool:
        wake(pool, workers, meeting)
        yield pool


@contextmanager
def open_threads(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Run tasks on `workers` threads, as `ThreadPoolExecutor.map` does."""
    with thread_pool(workers, start) as pool:
        yield lambda job, arguments: list(pool.map(job, arguments))


STRATEGY = Strategy(open=open_threads)
