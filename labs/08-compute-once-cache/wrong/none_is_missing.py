# fails: test_none
# None stands for "not there"

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
        with lock:
            value = self.values.get(key)
            if value is None:
                value = self.values[key] = self.fn(key)
            return value
