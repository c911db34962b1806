"""Two threads add to one attribute without a lock, and one addition is lost.

drive(1) reads 0; drive(2) reads 0 and writes 1; drive(1) writes 1.
"""

import threading


class Odometer:
    def __init__(self):
        self.km = 0

    def drive(self):
        self.km += 1


class LockedOdometer(Odometer):
    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def drive(self):
        with self.lock:
            super().drive()


def trip(odometer):
    threads = [threading.Thread(target=odometer.drive) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert odometer.km == 2


def buggy():
    trip(Odometer())


def correct():
    trip(LockedOdometer())
