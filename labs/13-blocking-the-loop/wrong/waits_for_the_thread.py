# fails: test_too_long
# the end of the with waits for the call that took too long

import asyncio
from concurrent.futures import ThreadPoolExecutor


async def fetch(get, url):
    return await asyncio.to_thread(get, url)


async def fetch_all(get, urls):
    return await asyncio.gather(*(fetch(get, url) for url in urls))


async def fetch_or(get, url, seconds, instead):
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(max_workers=1) as pool:
        try:
            return await asyncio.wait_for(loop.run_in_executor(pool, get, url), seconds)
        except TimeoutError:
            return instead
