# fails: test_limit
# gather alone: everything begins at once

import asyncio


async def bounded_gather(limit, work, items):
    return await asyncio.gather(*(work(item) for item in items))
