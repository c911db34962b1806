"""Two fields belong together and change one after the other: a reader sees the half-way state.

move has set low and not yet high; length reads both and gets -5.
"""

import contextlib
import threading


class Interval:
    def __init__(self, guard):
        self.guard = guard
        self.low, self.high = 0, 5

    def move(self, distance):
        with self.guard:
            self.low += distance
            self.high += distance

    def length(self):
        with self.guard:
            return self.high - self.low


def watch(guard):
    interval, lengths = Interval(guard), []
    threads = [
        threading.Thread(target=interval.move, args=(10,)),
        threading.Thread(target=lambda: lengths.append(interval.length())),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lengths == [5]


def buggy():
    watch(contextlib.nullcontext())


def correct():
    watch(threading.Lock())
