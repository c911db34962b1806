# fails: test_open_fails
# the open is inside of the try: the close is called without a handle

import asyncio


async def use(open_it, work, close_it, seconds):
    handle = None
    try:
        handle = await open_it()
        return await asyncio.wait_for(work(handle), seconds)
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
        if cancelled is not None:
            raise cancelled
