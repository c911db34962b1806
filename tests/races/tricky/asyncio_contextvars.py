"""Each task sets the same context variable, awaits, and finds its own value again."""

import asyncio
import contextvars

user = contextvars.ContextVar("user", default="nobody")


async def serve(name):
    user.set(name)
    await asyncio.sleep(0)
    return user.get()


async def main():
    assert await asyncio.gather(serve("ann"), serve("bob")) == ["ann", "bob"]
    assert user.get() == "nobody"


def correct():
    asyncio.run(main())
