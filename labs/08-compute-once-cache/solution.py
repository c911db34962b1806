"""A cache in front of a slow function, used by several threads."""

import threading


class Cache:
    """Remembers what `fn(key)` returned."""

    def __init__(self, fn):
        self.fn = fn
        # BEGIN SOLUTION: self.values = {}
        self.values = {}
        self.lock = threading.Lock()
        self.locks = {}
        # END SOLUTION

    def get(self, key):
        """Return fn(key). It is called once for each key, however many threads ask at the same time.

        Threads that ask for other keys don't wait. If fn raises, so does get, and nothing is remembered.
        """
        # BEGIN SOLUTION
        with self.lock:
            lock = self.locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self.values:
                self.values[key] = self.fn(key)
            return self.values[key]
        # END SOLUTION
