# fails: test_failure
# the others are cancelled, but nobody waits until they have ended

import asyncio


async def bounded_gather(limit, work, items):
    places = asyncio.Semaphore(limit)

    async def one(item):
        async with places:
            return await work(item)

    tasks = [asyncio.create_task(one(item)) for item in items]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        raise
