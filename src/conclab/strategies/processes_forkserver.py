"""A pool of processes forked from a clean server process: the default on Linux from Python 3.14 on."""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conclab.model import Strategy
from conclab.strategies.processes import process_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conclab.model import MapJob


@contextmanager
def open_processes_forkserver(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Run tasks on `workers` processes that a fork server makes."""
    with process_pool("forkserver", workers, start) as map_job:
        yield map_job


def unavailable() -> str | None:
    """Windows has no fork."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        return None
    return "this platform can't fork processes"


STRATEGY = Strategy(open=open_processes_forkserver, unavailable=unavailable)
