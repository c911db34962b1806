# fails: test_again
# the shield keeps the close, but the task ends before it

import asyncio


async def use(open_it, work, close_it, seconds):
    handle = await open_it()
    try:
        return await asyncio.wait_for(work(handle), seconds)
    finally:
        await asyncio.shield(close_it(handle))
