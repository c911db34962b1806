"""Two coroutines take two asyncio locks in opposite orders, with an await in between.

print_report holds the printer and awaits; scan takes the paper before it goes on; each waits for the other.
"""

import asyncio


class Office:
    def __init__(self):
        self.printer, self.paper = asyncio.Lock(), asyncio.Lock()
        self.done = []

    async def job(self, name, first, second):
        async with first:
            await asyncio.sleep(0)
            async with second:
                self.done.append(name)

    async def late_job(self, name, first, second):
        await asyncio.sleep(0)
        await self.job(name, first, second)


async def day(*, same_order):
    office = Office()
    locks = [office.printer, office.paper]
    others = locks if same_order else locks[::-1]
    await asyncio.gather(office.job("report", *locks), office.late_job("scan", *others))
    assert sorted(office.done) == ["report", "scan"]


def buggy():
    asyncio.run(day(same_order=False))


def correct():
    asyncio.run(day(same_order=True))
