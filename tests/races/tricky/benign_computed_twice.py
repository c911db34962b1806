"""A cache without a lock may compute a value twice; both results are equal, so it only costs time."""

import threading


class Squares:
    def __init__(self):
        self.known = {}

    def get(self, number):
        if number not in self.known:
            self.known[number] = number * number
        return self.known[number]


def correct():
    squares, found = Squares(), []
    threads = [threading.Thread(target=lambda: found.append(squares.get(7))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [49, 49, 49]
    assert squares.known == {7: 49}
