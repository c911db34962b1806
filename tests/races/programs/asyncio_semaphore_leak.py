"""A call that fails leaves the function before the permit is given back.

The first call takes its step before open: ConnectionError, and the second call waits for the permit for ever.
"""

import asyncio


class Line:
    def __init__(self):
        self.permit = asyncio.Semaphore(1)
        self.is_open = False
        self.results = []

    async def open(self):
        self.is_open = True

    async def ring(self):
        if not self.is_open:
            raise ConnectionError
        await asyncio.sleep(0)
        self.results.append("talked")

    async def call(self):
        await self.permit.acquire()
        await self.ring()
        self.permit.release()

    async def caller(self):
        try:
            await self.call()
        except ConnectionError:
            self.results.append("no line")


class TidyLine(Line):
    async def call(self):
        async with self.permit:
            await self.ring()


async def talk(line):
    await asyncio.gather(line.open(), line.caller(), line.caller())
    assert len(line.results) == 2


def buggy():
    asyncio.run(talk(Line()))


def correct():
    asyncio.run(talk(TidyLine()))
