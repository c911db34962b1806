"""A cache looks and stores in two steps, so a dear value is computed twice.

Both threads find that 7 is not in the cache before either of them stores it.
"""

import threading


class Squares:
    def __init__(self):
        self.known = {}
        self.computed = []

    def get(self, number):
        if number not in self.known:
            self.known[number] = self.compute(number)
        return self.known[number]

    def compute(self, number):
        self.computed.append(number)
        return number * number


class LockedSquares(Squares):
    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def get(self, number):
        with self.lock:
            return super().get(number)


def look_up(squares):
    threads = [threading.Thread(target=squares.get, args=(7,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert squares.known == {7: 49}
    assert squares.computed == [7]


def buggy():
    look_up(Squares())


def correct():
    look_up(LockedSquares())
