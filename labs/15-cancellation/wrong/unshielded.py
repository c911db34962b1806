# fails: test_again
# the close is awaited like anything else: a second cancellation ends it half-way

import asyncio


async def use(open_it, work, close_it, seconds):
    handle = await open_it()
    try:
        return await asyncio.wait_for(work(handle), seconds)
    finally:
        await close_it(handle)
