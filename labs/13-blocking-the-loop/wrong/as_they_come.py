# fails: test_in_order
# pages in the order in which they come

import asyncio


async def fetch(get, url):
    return await asyncio.to_thread(get, url)


async def fetch_all(get, urls):
    return [await page for page in asyncio.as_completed([fetch(get, url) for url in urls])]


async def fetch_or(get, url, seconds, instead):
    try:
        return await asyncio.wait_for(fetch(get, url), seconds)
    except TimeoutError:
        return instead
