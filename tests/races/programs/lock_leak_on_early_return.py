"""The early return for an empty box forgets to give the lock back.

take runs before add, finds nothing and returns with the lock held; add waits for ever.
"""

import threading


class Box:
    def __init__(self):
        self.lock = threading.Lock()
        self.items = []

    def add(self, item):
        with self.lock:
            self.items.append(item)

    def take(self):
        self.lock.acquire()
        if not self.items:
            return None
        item = self.items.pop()
        self.lock.release()
        return item


class TidyBox(Box):
    def take(self):
        with self.lock:
            return self.items.pop() if self.items else None


def share(box):
    taken = []
    giver = threading.Thread(target=box.add, args=("apple",))
    taker = threading.Thread(target=lambda: taken.append(box.take()))
    giver.start()
    taker.start()
    giver.join()
    taker.join()
    assert (taken, box.items) in ((["apple"], []), ([None], ["apple"]))


def buggy():
    share(Box())


def correct():
    share(TidyBox())
