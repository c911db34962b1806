# fails: test_at_once
# a pool of one thread: the loop is free, but the pages come one by one

import asyncio
from concurrent.futures import ThreadPoolExecutor


async def fetch(get, url):
    return await asyncio.to_thread(get, url)


async def fetch_all(get, urls):
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(max_workers=1) as pool:
        return await asyncio.gather(*(loop.run_in_executor(pool, get, url) for url in urls))


async def fetch_or(get, url, seconds, instead):
    try:
        return await asyncio.wait_for(fetch(get, url), seconds)
    except TimeoutError:
        return instead
