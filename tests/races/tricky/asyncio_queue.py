"""Two workers on an asyncio queue of one place; join tells when all is done, then they are cancelled."""

import asyncio


async def work(jobs, done):
    while True:
        job = await jobs.get()
        await asyncio.sleep(0)
        done.append(job)
        jobs.task_done()


async def main():
    jobs, done = asyncio.Queue(maxsize=1), []
    workers = [asyncio.create_task(work(jobs, done)) for _ in range(2)]
    for job in (1, 2, 3):
        await jobs.put(job)
    await jobs.join()
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    assert sorted(done) == [1, 2, 3]


def correct():
    asyncio.run(main())
