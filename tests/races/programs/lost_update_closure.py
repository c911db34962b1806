"""Two threads add to a variable of the enclosing function, and one sum is lost.

add(3) reads 0; add(4) reads 0 and writes 4; add(3) writes 3.
"""

import contextlib
from threading import Lock, Thread


def tally(guard):
    total = 0

    def add(amount):
        nonlocal total
        with guard:
            total += amount

    threads = [Thread(target=add, args=(amount,)) for amount in (3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert total == 7


def buggy():
    tally(contextlib.nullcontext())


def correct():
    tally(Lock())
