# fails: test_raises
# the lock is not given back when the function raises

import threading


class Cache:
    def __init__(self, fn):
        self.fn = fn
        self.values = {}
        self.lock = threading.Lock()
        self.locks = {}

    def get(self, key):
        with self.lock:
            lock = self.locks.setdefault(key, threading.Lock())
        lock.acquire()
        if key not in self.values:
            self.values[key] = self.fn(key)
        lock.release()
        return self.values[key]
