"""The cache locks its writes only: an entry is evicted between the look and the read.

get(1) finds 1; put(3) evicts the oldest entry, 1; get(1) raises KeyError.
"""

import contextlib
import threading
from collections import OrderedDict


class Recent:
    def __init__(self, size, *, reading, writing):
        self.size = size
        self.reading, self.writing = reading, writing
        self.entries = OrderedDict()

    def get(self, key):
        with self.reading:
            if key not in self.entries:
                return None
            self.entries.move_to_end(key)
            return self.entries[key]

    def put(self, key, value):
        with self.writing:
            self.entries[key] = value
            while len(self.entries) > self.size:
                self.entries.popitem(last=False)


def look_up(reading, writing):
    cache = Recent(2, reading=reading, writing=writing)
    cache.put(1, "one")
    cache.put(2, "two")
    found = []
    threads = [
        threading.Thread(target=lambda key: found.append(cache.get(key)), args=(key,)) for key in (1, 2)
    ]
    threads.append(threading.Thread(target=cache.put, args=(3, "three")))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) <= {"one", "two", None}
    assert len(cache.entries) == 2


def buggy():
    look_up(contextlib.nullcontext(), threading.Lock())


def correct():
    lock = threading.Lock()
    look_up(lock, lock)
