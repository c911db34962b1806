"""Two producers put two items each into a buffer for one, two consumers take two each. One Condition."""

import threading

PRODUCERS = ((1, 2), (3, 4))


class Buffer:
    def __init__(self, capacity):
        self.capacity = capacity
        self.items = []
        self.changed = threading.Condition()

    def put(self, item):
        with self.changed:
            while len(self.items) >= self.capacity:
                self.changed.wait()
            self.items.append(item)
            self.changed.notify_all()

    def take(self):
        with self.changed:
            while not self.items:
                self.changed.wait()
            item = self.items.pop(0)
            self.changed.notify_all()
            return item


def scenario():
    buffer = Buffer(1)

    def produce(items):
        for item in items:
            buffer.put(item)

    def consume():
        for _ in range(2):
            item = buffer.take()
            assert item > 0

    threads = [threading.Thread(target=produce, args=(items,)) for items in PRODUCERS]
    threads += [threading.Thread(target=consume) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not buffer.items
