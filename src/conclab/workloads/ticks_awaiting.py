"""Tasks that wait a little, many times; and one among them that makes one long call, and awaits it.

Here as what an event loop is made for: every task gives way where it awaits, so the ticks of all and the
long call run side by side. Its twins ticks_blocking and ticks_to_thread make the same call, of the same
length, in other ways. The call is the first task's, and is as long as all the ticks of another task.

`size` is the time between two ticks in milliseconds and stays what it is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from conclab.model import Bound, Order, Workload

TICKS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """What one task of the batch does: it ticks, or it is the one that makes the long call."""

    makes_the_call: bool
    tick_ms: int


def call(milliseconds: int) -> int:
    """Block the thread that calls it, as a database driver, requests.get or a file on a slow disk does."""
    time.sleep(milliseconds / 1000)
    return milliseconds


def run(part: Part) -> int:
    """Block at every wait: in a thread of its own each task may."""
    if part.makes_the_call:
        return call(part.tick_ms * TICKS)
    return sum(call(part.tick_ms) for _ in range(TICKS))


async def run_async(part: Part) -> int:
    """Await everything, the long call too."""
    import asyncio  # noqa: PLC0415 - workers that never await start faster without it

    if not part.makes_the_call:
        return await ticked(part)
    await asyncio.sleep(part.tick_ms * TICKS / 1000)
    return part.tick_ms * TICKS


async def ticked(part: Part) -> int:
    """Tick; between two ticks the event loop serves the other tasks."""
    import asyncio  # noqa: PLC0415 - the same

    for _ in range(TICKS):
        await asyncio.sleep(part.tick_ms / 1000)
    return part.tick_ms * TICKS


def arguments(order: Order) -> list[Part]:
    """The first task makes the call, the others tick."""
    return [Part(position == 0, order.size) for position in range(order.tasks)]


WORKLOAD = Workload(
    run=run,
    run_async=run_async,
    arguments=arguments,
    bound=Bound.IO,
    size=5,
    grows=False,
    releases_gil=True,
)
