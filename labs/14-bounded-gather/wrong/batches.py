# fails: test_refilled
# batches: the next ones wait for the slowest of the ones before

import asyncio


async def bounded_gather(limit, work, items):
    results = []
    for start in range(0, len(items), limit):
        results += await asyncio.gather(*(work(item) for item in items[start : start + limit]))
    return results
