"""One child of a TaskGroup fails, the other is cancelled or has ended before; both are fine and handled."""

import asyncio


async def good(log):
    try:
        await asyncio.sleep(0)
        log.append("done")
    except asyncio.CancelledError:
        log.append("cancelled")
        raise


async def bad():
    await asyncio.sleep(0)
    raise ValueError("no such row")


async def main():
    log, errors = [], []
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(good(log))
            group.create_task(bad())
    except* ValueError as failures:
        errors.extend(failures.exceptions)
    assert [str(error) for error in errors] == ["no such row"]
    assert log in ([], ["done"], ["cancelled"])


def correct():
    asyncio.run(main())
