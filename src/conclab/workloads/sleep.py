"""Wait and do nothing: the purest form of waiting for something outside.

Here as the twin of count_primes. Waiting needs neither a core nor the GIL, so any number of tasks can
wait at the same time, in threads as well as in coroutines. Nothing is learnt here about how well a real
server or disk overlaps; see fetch for that.

`size` is the time in milliseconds and stays what it is: a latency isn't made longer to be measured well.
"""

from __future__ import annotations

import time

from conclab.model import Bound, Order, Workload


def run(milliseconds: int) -> int:
    """Sleep in a system call; the GIL is released for as long as it lasts."""
    time.sleep(milliseconds / 1000)
    return milliseconds


async def run_async(milliseconds: int) -> int:
    """Sleep by a timer of the event loop, which serves other tasks until it fires."""
    import asyncio  # noqa: PLC0415 - workers that never await start faster without it

    await asyncio.sleep(milliseconds / 1000)
    return milliseconds


def arguments(order: Order) -> list[int]:
    """Equal tasks."""
    return [order.size] * order.tasks


WORKLOAD = Workload(
    run=run,
    run_async=run_async,
    arguments=arguments,
    bound=Bound.IO,
    size=10,
    grows=False,
    releases_gil=True,
)
