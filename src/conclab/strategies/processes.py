"""A pool of processes: each has an interpreter, a GIL and a memory of its own.

Arguments and answers are pickled and sent through pipes. `spawn` starts every worker from nothing,
on every platform alike; fork copies the parent, which hides the start-up price on Linux.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conclab.model import Strategy
from conclab.strategies.threads import arrive, wake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conclab.model import MapJob


@contextmanager
def process_pool(method: str, workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Open a pool of processes made by the given start method, all of them up."""
    context = multiprocessing.get_context(method)
    meeting = context.Barrier(workers)
    pool = ProcessPoolExecutor(workers, context, arrive, (start, meeting))
    with pool:
        wake(pool, workers, meeting)
        yield lambda job, arguments: list(pool.map(job, arguments))


@contextmanager
def open_processes(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Run tasks on `workers` spawned processes, as `ProcessPoolExecutor.map` does."""
    with process_pool("spawn", workers, start) as map_job:
        yield map_job


STRATEGY = Strategy(open=open_processes)
