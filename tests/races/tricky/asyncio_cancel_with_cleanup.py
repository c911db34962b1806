"""A task catches its cancellation, puts its lock back, and lets the cancellation go on."""

import asyncio


async def work(lock, log):
    await lock.acquire()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        log.append("cleaned up")
        raise
    finally:
        lock.release()


async def main():
    lock, log = asyncio.Lock(), []
    worker = asyncio.create_task(work(lock, log))
    await asyncio.sleep(0)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    assert worker.cancelled()
    assert not lock.locked()
    assert log in ([], ["cleaned up"])


def correct():
    asyncio.run(main())
