"""A coroutine notes the cancellation and goes on, so the one who cancelled it waits for ever.

shop comes to its cancel while save is in its await: save swallows it, and run waits for the next item.
"""

import asyncio


class Saver:
    def __init__(self):
        self.inbox = asyncio.Queue()
        self.saved = []
        self.interrupted = []

    async def run(self):
        while True:
            await self.save(await self.inbox.get())

    async def save(self, item):
        try:
            await asyncio.sleep(0)
            self.saved.append(item)
        except asyncio.CancelledError:
            self.interrupted.append(item)


class ObedientSaver(Saver):
    async def save(self, item):
        try:
            await asyncio.sleep(0)
            self.saved.append(item)
        except asyncio.CancelledError:
            self.interrupted.append(item)
            raise


async def shop(saver):
    worker = asyncio.create_task(saver.run())
    saver.inbox.put_nowait("page")
    for _ in range(3):
        await asyncio.sleep(0)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    assert worker.cancelled()


def buggy():
    asyncio.run(shop(Saver()))


def correct():
    asyncio.run(shop(ObedientSaver()))
