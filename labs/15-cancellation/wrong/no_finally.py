# fails: test_work_fails
# closes only if all went well

import asyncio


async def use(open_it, work, close_it, seconds):
    handle = await open_it()
    result = await asyncio.wait_for(work(handle), seconds)
    await asyncio.shield(close_it(handle))
    return result
