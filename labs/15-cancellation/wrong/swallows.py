# fails: test_goes_on
# closes, and the cancellation is gone

import asyncio


async def use(open_it, work, close_it, seconds):
    handle = await open_it()
    try:
        return await asyncio.wait_for(work(handle), seconds)
    except asyncio.CancelledError:
        return None
    finally:
        closing = asyncio.ensure_future(close_it(handle))
        cancelled = None
        while not closing.done():
            try:
                await asyncio.shield(closing)
            except asyncio.CancelledError as error:
                cancelled = error
            except Exception:
                break
        closing.result()
