# fails: test_at_once
# async def around the blocking call, and gather around that: still in the loop, one by one

import asyncio


async def fetch(get, url):
    return await asyncio.to_thread(get, url)


async def fetch_all(get, urls):
    async def aget(url):
        return get(url)

    return await asyncio.gather(*(aget(url) for url in urls))


async def fetch_or(get, url, seconds, instead):
    try:
        return await asyncio.wait_for(fetch(get, url), seconds)
    except TimeoutError:
        return instead
