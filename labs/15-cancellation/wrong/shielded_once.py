# fails: test_again
# waits for the close again after a cancellation, but not after the next one

import asyncio


async def use(open_it, work, close_it, seconds):
    handle = await open_it()
    try:
        return await asyncio.wait_for(work(handle), seconds)
    finally:
        closing = asyncio.ensure_future(close_it(handle))
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await closing
            raise
