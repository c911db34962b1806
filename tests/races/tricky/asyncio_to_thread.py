"""Two functions run in threads and return their results; only the loop puts them together."""

import asyncio


def measure(text):
    return len(text)


async def main():
    lengths = await asyncio.gather(asyncio.to_thread(measure, "tea"), asyncio.to_thread(measure, "milk"))
    assert sum(lengths) == 7


def correct():
    asyncio.run(main())
