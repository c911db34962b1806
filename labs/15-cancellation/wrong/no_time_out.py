# fails: test_too_long
# waits for the work for ever

import asyncio


async def use(open_it, work, close_it, seconds):
    handle = await open_it()
    try:
        return await work(handle)
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
