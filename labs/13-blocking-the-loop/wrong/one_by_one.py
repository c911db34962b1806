# fails: test_at_once
# waits for each page before it asks for the next one

import asyncio


async def fetch(get, url):
    return await asyncio.to_thread(get, url)


async def fetch_all(get, urls):
    return [await fetch(get, url) for url in urls]


async def fetch_or(get, url, seconds, instead):
    try:
        return await asyncio.wait_for(fetch(get, url), seconds)
    except TimeoutError:
        return instead
