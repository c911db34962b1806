"""A callback is added while the future resolves: it lands in a list that nobody will walk again.

add sees an unresolved future; resolve sets it and finds no callbacks; add appends to the list.
"""

import contextlib
import threading


class Promise:
    def __init__(self, guard):
        self.guard = guard
        self.resolved = False
        self.callbacks = []

    def resolve(self):
        with self.guard:
            self.resolved = True
        for callback in self.callbacks:
            callback("done")

    def add(self, callback):
        with self.guard:
            if not self.resolved:
                self.callbacks.append(callback)
                return
        callback("done")


def order(guard):
    promise, calls = Promise(guard), []
    adder = threading.Thread(target=promise.add, args=(calls.append,))
    resolver = threading.Thread(target=promise.resolve)
    adder.start()
    resolver.start()
    adder.join()
    resolver.join()
    assert calls == ["done"]


def buggy():
    order(contextlib.nullcontext())


def correct():
    order(threading.Lock())
