# fails: test_refilled
# sequential: never more than one in flight


async def bounded_gather(limit, work, items):
    return [await work(item) for item in items]
