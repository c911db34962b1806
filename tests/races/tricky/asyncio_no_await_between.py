"""Two tasks read and write one total without a lock: no await lies between, so nobody comes in between."""

import asyncio


class Total:
    def __init__(self):
        self.value = 0

    async def add(self, amount):
        await asyncio.sleep(0)
        value = self.value
        self.value = value + amount
        await asyncio.sleep(0)


async def main():
    total = Total()
    await asyncio.gather(total.add(1), total.add(2), total.add(3))
    assert total.value == 6


def correct():
    asyncio.run(main())
