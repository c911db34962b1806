# fails: test_while_it_works
# except Exception does not see a cancellation

import asyncio


async def use(open_it, work, close_it, seconds):
    handle = await open_it()
    try:
        result = await asyncio.wait_for(work(handle), seconds)
    except Exception:
        await close_it(handle)
        raise
    await close_it(handle)
    return result
