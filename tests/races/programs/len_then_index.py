"""len and indexing are atomic each, but not together.

latest finds one post; clear removes it; latest asks for index 0 and raises IndexError.
"""

import threading


class Feed:
    def __init__(self):
        self.posts = ["hello"]
        self.shown = []

    def clear(self):
        self.posts.clear()

    def latest(self):
        if len(self.posts) > 0:
            self.shown.append(self.posts[len(self.posts) - 1])


class SlicingFeed(Feed):
    def latest(self):
        self.shown.extend(self.posts[-1:])


def browse(feed):
    threads = [threading.Thread(target=feed.latest), threading.Thread(target=feed.clear)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert feed.shown in ([], ["hello"])
    assert feed.posts == []


def buggy():
    browse(Feed())


def correct():
    browse(SlicingFeed())
