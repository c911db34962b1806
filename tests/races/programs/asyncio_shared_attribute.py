"""Two coroutines of one gather keep their own request in the same attribute of a shared handler.

greet("ann") stores her name and awaits; greet("bob") stores his before she goes on; ann is greeted as bob.
"""

import asyncio


class Handler:
    def __init__(self):
        self.name = None

    async def title(self):
        await asyncio.sleep(0)
        return "dear"

    async def greet(self, name):
        self.name = name
        return f"{await self.title()} {self.name}"


class PlainHandler(Handler):
    async def greet(self, name):
        return f"{await self.title()} {name}"


async def later(reply):
    await asyncio.sleep(0)
    return await reply


async def serve(handler):
    replies = await asyncio.gather(handler.greet("ann"), later(handler.greet("bob")))
    assert replies == ["dear ann", "dear bob"]


def buggy():
    asyncio.run(serve(Handler()))


def correct():
    asyncio.run(serve(PlainHandler()))
