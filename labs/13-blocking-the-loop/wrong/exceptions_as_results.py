# fails: test_one_fails
# an exception stands among the pages, and nobody is told

import asyncio


async def fetch(get, url):
    return await asyncio.to_thread(get, url)


async def fetch_all(get, urls):
    return await asyncio.gather(*(fetch(get, url) for url in urls), return_exceptions=True)


async def fetch_or(get, url, seconds, instead):
    try:
        return await asyncio.wait_for(fetch(get, url), seconds)
    except TimeoutError:
        return instead
