"""Something is opened, used and closed: closed whatever happens in between."""

import asyncio


async def use(open_it, work, close_it, seconds):
    """Await handle = open_it(), then work(handle), then close_it(handle); return what work returned.

    What was opened is closed once, and has been closed when this ends: after an exception, when work takes
    longer than `seconds` (then TimeoutError is raised), when this is cancelled, and when that happens again.
    A cancellation goes on, as does what any of the three raises.
    """
    # BEGIN SOLUTION
    handle = await open_it()
    try:
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
    # END SOLUTION
