"""Writers replace the whole table under a lock; readers take the table once and need none."""

import threading


class Router:
    def __init__(self):
        self.routes = {"/": "home", "/help": "home"}
        self.writing = threading.Lock()

    def point_all(self, target):
        with self.writing:
            self.routes = dict.fromkeys(self.routes, target)

    def read(self):
        routes = self.routes
        return routes["/"], routes["/help"]


def correct():
    router, seen = Router(), []
    threads = [threading.Thread(target=router.point_all, args=("away",))]
    threads += [threading.Thread(target=lambda: seen.append(router.read())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(one == other for one, other in seen)
    assert router.read() == ("away", "away")
