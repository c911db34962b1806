"""A task hands a second task to its own pool of one worker and waits for it.

page runs before preload has put the logo in the cache: it occupies the only worker that could load the logo.
"""

import threading
from concurrent.futures import ThreadPoolExecutor


class Site:
    def __init__(self, pool):
        self.pool = pool
        self.images = {}

    def load(self, name):
        self.images[name] = f"<{name}>"

    def fetch(self, name):
        self.pool.submit(self.load, name).result()

    def page(self):
        if "logo" not in self.images:
            self.fetch("logo")
        return f"hello {self.images['logo']}"


class DirectSite(Site):
    def fetch(self, name):
        self.load(name)


def visit(kind):
    with ThreadPoolExecutor(max_workers=1) as pool:
        site = kind(pool)
        preload = threading.Thread(target=site.load, args=("logo",))
        preload.start()
        page = pool.submit(site.page)
        assert page.result() == "hello <logo>"
        preload.join()


def buggy():
    visit(Site)


def correct():
    visit(DirectSite)
