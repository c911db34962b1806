"""A full batch is flushed by a method that takes the lock which the caller holds already.

Both items come before the flush of the third thread: the second add fills the batch and waits for itself.
"""

import threading


class Batch:
    def __init__(self, lock):
        self.lock = lock
        self.items = []
        self.sent = []

    def add(self, item):
        with self.lock:
            self.items.append(item)
            if len(self.items) == 2:
                self.flush()

    def flush(self):
        with self.lock:
            self.sent.extend(self.items)
            self.items.clear()


def send(lock):
    batch = Batch(lock)
    threads = [
        threading.Thread(target=batch.add, args=(1,)),
        threading.Thread(target=batch.flush),
        threading.Thread(target=batch.add, args=(2,)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    batch.flush()
    assert sorted(batch.sent) == [1, 2]


def buggy():
    send(threading.Lock())


def correct():
    send(threading.RLock())
