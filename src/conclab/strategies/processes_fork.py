"""A pool of processes that are copies of the caller: quick to start, unsafe beside threads.

A lock that another thread holds at the moment of the fork stays locked for ever in the copy, so
this one gets a lane that runs nothing else. macOS's own libraries start threads: left out there.
"""

from __future__ import annotations

import multiprocessing
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conclab.model import Strategy
from conclab.strategies.processes import process_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conclab.model import MapJob


@contextmanager
def open_processes_fork(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Run tasks on `workers` forked copies of this process."""
    with process_pool("fork", workers, start) as map_job:
        yield map_job


def unavailable() -> str | None:
    """Say why fork is not safe here, if it is not."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return "this platform can't fork processes"
    if sys.platform == "darwin":
        return "fork is not safe on macOS: system libraries run threads that the copy lacks"
    return None


STRATEGY = Strategy(open=open_processes_fork, alone=True, unavailable=unavailable)
