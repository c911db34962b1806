"""Two threads fill one histogram: `bins[i] += 1` reads and writes in two steps.

add(12) reads bin 1 as 0; add(17) reads 0 and writes 1; add(12) writes 1.
"""

import threading


class Histogram:
    def __init__(self):
        self.bins = [0] * 3

    def add(self, value):
        self.bins[value // 10] += 1


class LockedHistogram(Histogram):
    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def add(self, value):
        with self.lock:
            self.bins[value // 10] += 1


def measure(histogram):
    threads = [threading.Thread(target=histogram.add, args=(value,)) for value in (12, 17)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert histogram.bins == [0, 2, 0]


def buggy():
    measure(Histogram())


def correct():
    measure(LockedHistogram())
