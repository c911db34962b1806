"""Callbacks: every task is started with a function that is called when the task is done.

The tasks run on threads, and so do the callbacks: each is called by the thread that finished its task.
Nothing comes back to the line that started a task, not even its error; the callback must take it.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from conclab.model import Strategy
from conclab.strategies.threads import thread_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor, Future

    from conclab.model import Job, MapJob


class Collector:
    """Takes answers in whatever order they come."""

    def __init__(self, count: int) -> None:
        self.answers: list[Any] = [None] * count
        self.all_here = Event()
        self._error: BaseException | None = None
        self._missing = count
        self._lock = Lock()  # callbacks come from several threads

    def take(self, position: int, done: Future[Any]) -> None:
        """Be the callback of one task."""
        error = done.exception()
        if error is None:
            self.answers[position] = done.result()
        with self._lock:
            self._error = self._error or error
            self._missing -= 1
            if not self._missing:
                self.all_here.set()

    def result(self) -> list[Any]:
        """Wait for the last one; the answers in the order of the batch, or the first error that came."""
        if self.answers:
            self.all_here.wait()
        if self._error is not None:
            raise self._error
        return self.answers


def call_back(pool: Executor, job: Job, arguments: Sequence[Any]) -> list[Any]:
    """Start every task and say whom to call."""
    collector = Collector(len(arguments))
    for position, argument in enumerate(arguments):
        pool.submit(job, argument).add_done_callback(partial(collector.take, position))
    return collector.result()


@contextmanager
def open_callbacks(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Run tasks on `workers` threads by `submit` and `add_done_callback`."""
    with thread_pool(workers, start) as pool:
        yield lambda job, arguments: call_back(pool, job, arguments)


STRATEGY = Strategy(open=open_callbacks)
