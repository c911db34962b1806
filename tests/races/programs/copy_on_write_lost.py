"""Each writer publishes a changed copy of the routes; two copies of the same original lose one change.

add("/a") copies {}; add("/b") copies {} and publishes {"/b"}; add("/a") publishes {"/a"}.
"""

import threading


class Router:
    def __init__(self):
        self.routes = {}

    def add(self, path):
        routes = dict(self.routes)
        routes[path] = f"page {path}"
        self.routes = routes


class SafeRouter(Router):
    def __init__(self):
        super().__init__()
        self.writing = threading.Lock()

    def add(self, path):
        with self.writing:
            super().add(path)


def configure(router):
    threads = [threading.Thread(target=router.add, args=(path,)) for path in ("/a", "/b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(router.routes) == ["/a", "/b"]


def buggy():
    configure(Router())


def correct():
    configure(SafeRouter())
