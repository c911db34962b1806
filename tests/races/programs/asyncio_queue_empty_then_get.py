"""Two coroutines ask whether the queue is empty, await something, and then wait for an item that is gone.

One worker takes an item, sees the second and awaits its log; the other takes that; the first waits for ever.
"""

import asyncio


async def log():
    await asyncio.sleep(0)


async def drain(jobs, done):
    while not jobs.empty():
        await log()
        job = await jobs.get()
        await log()
        done.append(job)


async def drain_at_once(jobs, done):
    while not jobs.empty():
        job = jobs.get_nowait()
        await log()
        done.append(job)


async def work_off(drain):
    jobs, done = asyncio.Queue(), []
    for job in (1, 2):
        jobs.put_nowait(job)
    await asyncio.gather(drain(jobs, done), drain(jobs, done))
    assert sorted(done) == [1, 2]


def buggy():
    asyncio.run(work_off(drain))


def correct():
    asyncio.run(work_off(drain_at_once))
