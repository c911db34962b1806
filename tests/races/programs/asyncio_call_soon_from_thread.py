"""A thread hands its answer to the loop with call_soon, which does not wake a loop that sleeps.

The loop has nothing to do and sleeps before post calls it: the answer lies there, and nobody looks.
"""

import asyncio
import threading


def post(loop, answer):
    loop.call_soon(answer.set_result, 42)


def post_and_wake(loop, answer):
    loop.call_soon_threadsafe(answer.set_result, 42)


async def ask(post):
    loop = asyncio.get_running_loop()
    answer = loop.create_future()
    thread = threading.Thread(target=post, args=(loop, answer))
    thread.start()
    assert await answer == 42
    thread.join()


def buggy():
    asyncio.run(ask(post))


def correct():
    asyncio.run(ask(post_and_wake))
