# fails: test_fails_in_time
# takes every exception for a time-out

import asyncio


async def fetch(get, url):
    return await asyncio.to_thread(get, url)


async def fetch_all(get, urls):
    return await asyncio.gather(*(fetch(get, url) for url in urls))


async def fetch_or(get, url, seconds, instead):
    try:
        return await asyncio.wait_for(fetch(get, url), seconds)
    except Exception:
        return instead
