"""Look whether there is something, then take it: somebody else takes it in between.

Both threads see one loaf; the second pop raises IndexError.
"""

import threading


class Bakery:
    def __init__(self):
        self.loaves = ["rye"]
        self.sold = []

    def buy(self):
        if self.loaves:
            self.sold.append(self.loaves.pop())


class TryingBakery(Bakery):
    def buy(self):
        try:
            loaf = self.loaves.pop()
        except IndexError:
            return
        self.sold.append(loaf)


def morning(bakery):
    threads = [threading.Thread(target=bakery.buy) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bakery.sold == ["rye"]


def buggy():
    morning(Bakery())


def correct():
    morning(TryingBakery())
