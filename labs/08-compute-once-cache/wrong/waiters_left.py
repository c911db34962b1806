# fails: test_waiter_of_a_failure
# an event for each key, which is never set when the function raises

import threading


class Cache:
    def __init__(self, fn):
        self.fn = fn
        self.values = {}
        self.lock = threading.Lock()
        self.events = {}

    def get(self, key):
        with self.lock:
            first = key not in self.events
            event = self.events.setdefault(key, threading.Event())
        if not first:
            event.wait()
            return self.values[key]
        try:
            self.values[key] = self.fn(key)
        except Exception:
            del self.events[key]
            raise
        event.set()
        return self.values[key]
