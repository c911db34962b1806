"""Futures: every task is started and leaves a receipt; the caller asks the receipts for the answers.

The tasks run on threads. What `threads` does behind `map` is written out here.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from conclab.model import Strategy
from conclab.strategies.threads import thread_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor, Future

    from conclab.model import Job, MapJob


def ask_in_turn(pool: Executor, job: Job, arguments: Sequence[Any]) -> list[Any]:
    """Start everything, then ask for one answer after the other: the first may keep the others waiting."""
    futures: list[Future[Any]] = [pool.submit(job, argument) for argument in arguments]
    return [future.result() for future in futures]


@contextmanager
def open_futures(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Run tasks on `workers` threads by `submit` and `result`."""
    with thread_pool(workers, start) as pool:
        yield lambda job, arguments: ask_in_turn(pool, job, arguments)


STRATEGY = Strategy(open=open_futures)
