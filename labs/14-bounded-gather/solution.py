"""Many awaits at once, but not all of them."""

import asyncio


async def bounded_gather(limit, work, items):
    """Await work(item) for each item, at most `limit` of them at a time; return the results in order.

    If one raises, that exception goes on; the others are cancelled, and have ended by then.
    """
    # BEGIN SOLUTION
    places = asyncio.Semaphore(limit)

    async def one(item):
        async with places:
            return await work(item)

    tasks = [asyncio.create_task(one(item)) for item in items]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    # END SOLUTION
