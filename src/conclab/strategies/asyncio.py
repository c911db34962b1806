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
    """Run jobs in a TaskGroup, at most `in_flight` of them at a time; answers in order.

    Each asyncio task takes the next argument when it is done with one, so a batch of any length needs
    no more tasks than may be in flight, and nothing is created only to wait at a semaphore.
    """
    # A plain function in a coroutine is the mistake that async-cpu shows, not a mistake of ours.
    waits = iscoroutinefunction(job)
    answers: list[Any] = [None] * len(arguments)
    queue = enumerate(arguments)  # shared: one event loop, so taking from it needs no lock

    async def take_turns() -> None:
        for position, argument in queue:
            answers[position] = await job(argument) if waits else job(argument)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(in_flight, len(arguments))):
            group.create_task(take_turns())
    return answers


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
