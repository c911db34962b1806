"""The same ticking tasks, but the long call blocks: a plain call inside a coroutine.

Here as the commonest mistake with asyncio. Nothing in the call awaits, so the coroutine does not give way,
and as all coroutines of a loop share one thread, none of them goes on before the call returns. Timers that
were due meanwhile are late. It looks like any other line, and gives no warning.

`size` as in ticks_awaiting, whose twin this is: the coroutine differs and nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from conclab.workloads import ticks_awaiting
from conclab.workloads.ticks_awaiting import TICKS, Part, call, ticked


async def run_async(part: Part) -> int:
    """Make the call on the loop's own thread."""
    if part.makes_the_call:
        return call(part.tick_ms * TICKS)
    return await ticked(part)


WORKLOAD = replace(ticks_awaiting.WORKLOAD, run_async=run_async)
