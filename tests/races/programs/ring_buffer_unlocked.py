"""Two producers share the write position of a ring: both fill one slot and skip the next.

put("a") stores in slot 0; put("b") stores in slot 0 too and moves on; put("a") moves on.
"""

import threading


class Ring:
    def __init__(self, size):
        self.slots = [None] * size
        self.end = 0

    def put(self, item):
        self.slots[self.end] = item
        self.end = (self.end + 1) % len(self.slots)


class LockedRing(Ring):
    def __init__(self, size):
        super().__init__(size)
        self.lock = threading.Lock()

    def put(self, item):
        with self.lock:
            super().put(item)


def produce(ring):
    threads = [threading.Thread(target=ring.put, args=(item,)) for item in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "a" in ring.slots
    assert "b" in ring.slots


def buggy():
    produce(Ring(2))


def correct():
    produce(LockedRing(2))
