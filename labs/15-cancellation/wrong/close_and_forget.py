# fails: test_while_it_works
# starts the close, and does not wait for it

import asyncio


async def use(open_it, work, close_it, seconds):
    handle = await open_it()
    try:
        return await asyncio.wait_for(work(handle), seconds)
    finally:
        asyncio.ensure_future(close_it(handle))
