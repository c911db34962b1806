"""A home-made lock waits until a flag is down and then raises it: two threads can do both at once.

print_page(1) sees the flag down; print_page(2) raises it and goes in; print_page(1) goes in too.
"""

import threading
import time


class FlagLock:
    def __init__(self):
        self.taken = False

    def __enter__(self):
        while self.taken:
            time.sleep(0)
        self.taken = True

    def __exit__(self, *failure):
        self.taken = False


class TryLock:
    def __init__(self):
        self.lock = threading.Lock()

    def __enter__(self):
        while not self.lock.acquire(blocking=False):
            time.sleep(0)

    def __exit__(self, *failure):
        self.lock.release()


class Printer:
    def __init__(self, lock):
        self.lock = lock
        self.inside = []

    def print_page(self, page):
        with self.lock:
            self.inside.append(page)
            assert len(self.inside) == 1
            self.inside.remove(page)


def office(lock):
    printer = Printer(lock)
    threads = [threading.Thread(target=printer.print_page, args=(page,)) for page in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert printer.inside == []


def buggy():
    office(FlagLock())


def correct():
    office(TryLock())
