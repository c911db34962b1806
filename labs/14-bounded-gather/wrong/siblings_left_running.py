# fails: test_failure
# gather raises, and the other tasks go on

import asyncio


async def bounded_gather(limit, work, items):
    places = asyncio.Semaphore(limit)

    async def one(item):
        async with places:
            return await work(item)

    return await asyncio.gather(*(one(item) for item in items))
