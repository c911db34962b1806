"""A save is started as a task, and after one turn of the loop it is believed to be done.

publish takes its step before save has taken its own.
"""

import asyncio


class Blog:
    def __init__(self):
        self.text = None
        self.published = []

    async def save(self, text):
        self.text = text

    async def saved(self, text):
        saving = asyncio.create_task(self.save(text))
        await asyncio.sleep(0)
        return saving

    async def publish(self, text):
        saving = await self.saved(text)
        self.published.append(self.text)
        await saving


class PatientBlog(Blog):
    async def saved(self, text):
        saving = asyncio.create_task(self.save(text))
        await saving
        return saving


async def evening(blog):
    await blog.publish("news")
    assert blog.published == ["news"]


def buggy():
    asyncio.run(evening(Blog()))


def correct():
    asyncio.run(evening(PatientBlog()))
