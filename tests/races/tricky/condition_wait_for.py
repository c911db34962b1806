"""A buffer of one on a condition: wait_for looks again after every wake-up, notify_all wakes both kinds."""

import threading


class Slot:
    def __init__(self):
        self.items = []
        self.changed = threading.Condition()

    def put(self, item):
        with self.changed:
            self.changed.wait_for(lambda: not self.items)
            self.items.append(item)
            self.changed.notify_all()

    def take(self):
        with self.changed:
            self.changed.wait_for(lambda: self.items)
            item = self.items.pop()
            self.changed.notify_all()
            return item


def correct():
    slot, taken = Slot(), []
    threads = [threading.Thread(target=slot.put, args=(item,)) for item in (1, 2)]
    threads.append(threading.Thread(target=lambda: taken.extend([slot.take(), slot.take()])))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [1, 2]
