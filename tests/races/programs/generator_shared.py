"""Two threads draw from one generator, which cannot be entered twice: ValueError.

The first next is inside the generator's body; the second next raises "generator already executing".
"""

import contextlib
import threading


class Tickets:
    def __init__(self, guard):
        self.guard = guard
        self.printed = 0
        self.roll = self.numbers()

    def numbers(self):
        while True:
            self.printed += 1
            yield self.printed

    def draw(self):
        with self.guard:
            return next(self.roll)


def counter(guard):
    tickets, drawn = Tickets(guard), []
    threads = [threading.Thread(target=lambda: drawn.append(tickets.draw())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(drawn) == [1, 2]


def buggy():
    counter(contextlib.nullcontext())


def correct():
    counter(threading.Lock())
