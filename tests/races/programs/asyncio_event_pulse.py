"""An asyncio event that is set and cleared at once reaches only those who are waiting already.

shout takes its step before run has come to its wait; run waits for ever.
"""

import asyncio


class Race:
    def __init__(self):
        self.go = asyncio.Event()
        self.runners = []

    async def run(self, name):
        await self.go.wait()
        self.runners.append(name)

    async def shout(self):
        self.go.set()
        self.go.clear()


class PatientRace(Race):
    async def shout(self):
        self.go.set()


async def start(race):
    await asyncio.gather(race.run("ann"), race.shout())
    assert race.runners == ["ann"]


def buggy():
    asyncio.run(start(Race()))


def correct():
    asyncio.run(start(PatientRace()))
