"""A permit is given back in finally, even by those who got none: there is one too many afterwards.

enter(1) has the permit; enter(2) is refused and gives back one it never had; enter(1) gives back its own.
"""

import threading


class Booth:
    def __init__(self):
        self.free = threading.Semaphore(1)
        self.visitors = []

    def enter(self, name):
        admitted = self.free.acquire(blocking=False)
        try:
            if admitted:
                self.visitors.append(name)
        finally:
            self.free.release()


class FairBooth(Booth):
    def enter(self, name):
        if not self.free.acquire(blocking=False):
            return
        try:
            self.visitors.append(name)
        finally:
            self.free.release()


def open_day(booth):
    threads = [threading.Thread(target=booth.enter, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert booth.visitors
    assert booth.free.acquire(blocking=False)
    assert not booth.free.acquire(blocking=False), "two permits of one"


def buggy():
    open_day(Booth())


def correct():
    open_day(FairBooth())
