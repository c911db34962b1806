"""An event loop that hands plain functions to threads: the loop stays free, the GIL stays one."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from conclab.model import Strategy
from conclab.strategies.threads import thread_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conclab.model import Job, MapJob


async def gather_threads(job: Job, arguments: Sequence[Any]) -> list[Any]:
    """Await `asyncio.to_thread` for every argument at once; the pool's size is the bound."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asyncio.to_thread(job, argument)) for argument in arguments]
    return [task.result() for task in tasks]


@contextmanager
def open_asyncio_to_thread(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Run tasks by `asyncio.to_thread` on a default executor of `workers` threads."""
    with thread_pool(workers, start) as pool, asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(pool)
        yield lambda job, arguments: runner.run(gather_threads(job, arguments))


STRATEGY = Strategy(open=open_asyncio_to_thread)
