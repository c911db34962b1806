"""A blocking function in an asynchronous program: get(url) is called, and returns when the page is there."""

import asyncio


async def fetch(get, url):
    """Return get(url). The event loop goes on meanwhile."""
    # BEGIN SOLUTION
    return await asyncio.to_thread(get, url)
    # END SOLUTION


async def fetch_all(get, urls):
    """Return the pages of all urls, in order of the urls. All calls of get are under way at once.

    If one raises, that exception goes on.
    """
    # BEGIN SOLUTION
    return await asyncio.gather(*(fetch(get, url) for url in urls))
    # END SOLUTION


async def fetch_or(get, url, seconds, instead):
    """Return get(url), or `instead` if it takes longer than that. What get raises goes on."""
    # BEGIN SOLUTION
    try:
        return await asyncio.wait_for(fetch(get, url), seconds)
    except TimeoutError:
        return instead
    # END SOLUTION
