# fails: test_three_threads
# looks, waits for the lock, and computes again

import threading


class Cache:
    def __init__(self, fn):
        self.fn = fn
        self.values = {}
        self.lock = threading.Lock()
        self.locks = {}

    def get(self, key):
        if key in self.values:
            return self.values[key]
        with self.lock:
            lock = self.locks.setdefault(key, threading.Lock())
        with lock:
            self.values[key] = self.fn(key)
        return self.values[key]
