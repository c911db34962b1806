"""A thread hands its answer to the loop the right way, whether the loop sleeps or not."""

import asyncio
import threading


async def main():
    loop = asyncio.get_running_loop()
    answer = loop.create_future()
    thread = threading.Thread(target=loop.call_soon_threadsafe, args=(answer.set_result, 42))
    thread.start()
    assert await answer == 42
    await asyncio.to_thread(thread.join)


def correct():
    asyncio.run(main())
