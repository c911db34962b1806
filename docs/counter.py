"""A counter that loses updates, and one that does not: what docs/explore.md and the README explore."""

import contextlib
import threading


class Counter:
    def __init__(self):
        self.n = 0

    def increment(self):
        self.n += 1


def count(guard):
    counter = Counter()

    def work():
        with guard:
            counter.increment()

    threads = [threading.Thread(target=work, name=name) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.n == 2, f"two increments, and n is {counter.n}"


def scenario_without_lock():
    count(contextlib.nullcontext())


def scenario_with_lock():
    count(threading.Lock())
