"""The number is raised and then read again for the answer: two callers get the same id.

new_id(1) raises last to 1; new_id(2) raises it to 2 and returns 2; new_id(1) returns 2.
"""

import contextlib
import threading


class Ids:
    def __init__(self, guard):
        self.guard = guard
        self.last = 0

    def new_id(self):
        with self.guard:
            self.last += 1
            return self.last


def register(guard):
    ids, given = Ids(guard), []
    threads = [threading.Thread(target=lambda: given.append(ids.new_id())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == [1, 2]


def buggy():
    register(contextlib.nullcontext())


def correct():
    register(threading.Lock())
