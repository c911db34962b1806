# fails: test_other_keys
# one lock, held while the function runs

import threading


class Cache:
    def __init__(self, fn):
        self.fn = fn
        self.values = {}
        self.lock = threading.Lock()

    def get(self, key):
        with self.lock:
            if key not in self.values:
                self.values[key] = self.fn(key)
            return self.values[key]
