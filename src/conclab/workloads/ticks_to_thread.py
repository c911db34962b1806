"""The same ticking tasks, and the same blocking call, but handed to another thread by asyncio.to_thread.

Here as the cure for a call that can't be awaited. The call still blocks a thread, though not the loop's:
the coroutine awaits the thread's answer and gives way meanwhile. It helps with calls that wait, or that
release the GIL while they compute; pure Python would still take turns with the loop at one GIL.

`size` as in ticks_awaiting, whose twin this is: the coroutine differs and nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from conclab.workloads import ticks_awaiting
from conclab.workloads.ticks_awaiting import TICKS, Part, call, ticked


async def run_async(part: Part) -> int:
    """Make the call on a thread of the loop's pool."""
    import asyncio  # noqa: PLC0415 - workers that never await start faster without it

    if part.makes_the_call:
        return await asyncio.to_thread(call, part.tick_ms * TICKS)
    return await ticked(part)


WORKLOAD = replace(ticks_awaiting.WORKLOAD, run_async=run_async)
