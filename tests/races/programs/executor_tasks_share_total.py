"""Two tasks of one pool add to one total without a lock.

add(3) reads 0; add(4), on the other worker, reads 0 and writes 4; add(3) writes 3.
"""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from threading import Lock


class Basket:
    def __init__(self, guard):
        self.guard = guard
        self.total = 0

    def add(self, price):
        with self.guard:
            self.total += price


def shop(guard):
    basket = Basket(guard)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for price in (3, 4):
            pool.submit(basket.add, price)
    assert basket.total == 7


def buggy():
    shop(contextlib.nullcontext())


def correct():
    shop(Lock())
