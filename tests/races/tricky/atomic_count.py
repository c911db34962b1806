"""next on itertools.count reads and moves on in one step: no two threads get the same number."""

import itertools
import threading


class Ids:
    def __init__(self):
        self.numbers = itertools.count(1)
        self.given = {}

    def register(self, name):
        self.given[name] = next(self.numbers)


def correct():
    ids = Ids()
    threads = [threading.Thread(target=ids.register, args=(name,)) for name in ("ann", "bob", "cat")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids.given.values()) == [1, 2, 3]
