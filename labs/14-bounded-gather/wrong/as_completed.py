# fails: test_in_order
# results in the order in which they end

import asyncio


async def bounded_gather(limit, work, items):
    places = asyncio.Semaphore(limit)

    async def one(item):
        async with places:
            return await work(item)

    return [await done for done in asyncio.as_completed([one(item) for item in items])]
