"""Coroutines on one event loop in one thread: they take turns where they await, and nowhere else."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from conclab.model import Strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conclab.model import Job, MapJob


async def gather_bounded(job: Job, arguments: Sequence[Any], in_flight: int) -> list[Any]:
    """Run one asyncio task per argument in a TaskGroup, at most `in_flight` of them at work."""
    # A plain function in a coroutine is the mistake that async-cpu shows, not a mistake of ours.
    gate = asyncio.Semaphore(in_flight)
    waits = iscoroutinefunction(job)

    async def one(argument: Any) -> Any:
        async with gate:
            return await job(argument) if waits else job(argument)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(argument)) for argument in arguments]
    return [task.result() for task in tasks]


@contextmanager
def event_loop(
    workers: int,
    start: Callable[[], None],
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> Iterator[MapJob]:
    """Keep one event loop open; `workers` is the number of tasks in flight."""
    start()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        yield lambda job, arguments: runner.run(gather_bounded(job, arguments, workers))


@contextmanager
def open_asyncio(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Run tasks on asyncio's own event loop."""
    with event_loop(workers, start) as map_job:
        yield map_job


STRATEGY = Strategy(open=open_asyncio, wants_async=True)
