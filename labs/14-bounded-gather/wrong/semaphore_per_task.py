# fails: test_limit
# each task has a semaphore of its own

import asyncio


async def bounded_gather(limit, work, items):
    async def one(item):
        async with asyncio.Semaphore(limit):
            return await work(item)

    return await asyncio.gather(*(one(item) for item in items))
