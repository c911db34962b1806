"""A counter is safe between coroutines, but not when one of its users runs in a thread.

count in the thread reads 0; the coroutine reads 0 and writes 1; count writes 1.
"""

import asyncio
import contextlib
import threading


class Meter:
    def __init__(self, guard):
        self.guard = guard
        self.pages = 0

    def count(self):
        with self.guard:
            self.pages += 1

    async def count_here(self):
        self.count()


async def read(guard):
    meter = Meter(guard)
    await asyncio.gather(asyncio.to_thread(meter.count), meter.count_here())
    assert meter.pages == 2


def buggy():
    asyncio.run(read(contextlib.nullcontext()))


def correct():
    asyncio.run(read(threading.Lock()))
