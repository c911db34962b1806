# fails: test_others_go_on
# calls get in the loop, and hands its result to a thread

import asyncio


async def fetch(get, url):
    page = get(url)
    return await asyncio.to_thread(lambda: page)


async def fetch_all(get, urls):
    return await asyncio.gather(*(fetch(get, url) for url in urls))


async def fetch_or(get, url, seconds, instead):
    try:
        return await asyncio.wait_for(fetch(get, url), seconds)
    except TimeoutError:
        return instead
