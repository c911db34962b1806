"""A task gives back the room in its finally, but a task that is cancelled before its first step runs none.

day takes its step before play has begun, and cancels it: the next who wants the room waits for ever.
"""

import asyncio


class Studio:
    def __init__(self):
        self.room = asyncio.Semaphore(1)

    async def play(self):
        try:
            await asyncio.sleep(0)
        finally:
            self.room.release()

    def begin(self):
        return asyncio.create_task(self.play())


class TidyStudio(Studio):
    async def play(self):
        await asyncio.sleep(0)

    def begin(self):
        session = super().begin()
        session.add_done_callback(lambda _: self.room.release())
        return session


async def day(studio):
    await studio.room.acquire()
    session = studio.begin()
    await asyncio.sleep(0)
    session.cancel()
    await asyncio.gather(session, return_exceptions=True)
    async with studio.room:
        assert session.done()


def buggy():
    asyncio.run(day(Studio()))


def correct():
    asyncio.run(day(TidyStudio()))
