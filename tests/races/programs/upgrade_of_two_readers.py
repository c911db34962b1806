"""Two readers want to become the writer without leaving: each waits for the other to stop reading.

Both add threads read that "tea" is missing, and both wait until they are the only reader.
"""

import threading


class Shelf:
    def __init__(self):
        self.readers = 0
        self.changed = threading.Condition()
        self.goods = []

    def read(self, name):
        with self.changed:
            self.readers += 1
        return name in self.goods

    def leave(self):
        with self.changed:
            self.readers -= 1
            self.changed.notify_all()

    def write(self, name, *, others):
        with self.changed:
            while self.readers > others:
                self.changed.wait()
            if name not in self.goods:
                self.goods.append(name)

    def add(self, name):
        if not self.read(name):
            self.write(name, others=1)
        self.leave()


class PoliteShelf(Shelf):
    def add(self, name):
        known = self.read(name)
        self.leave()
        if not known:
            self.write(name, others=0)


def stock(shelf):
    threads = [threading.Thread(target=shelf.add, args=("tea",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shelf.goods == ["tea"]


def buggy():
    stock(Shelf())


def correct():
    stock(PoliteShelf())
