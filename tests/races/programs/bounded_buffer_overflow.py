"""Two producers look for room before they put: both find the last place, and the buffer overflows.

park("red") sees an empty lot; park("blue") sees it too and parks; park("red") parks as the second of one.
"""

import threading
import time


class Lot:
    """Room for one car."""

    def __init__(self):
        self.cars = []

    def park(self, car):
        while self.cars:
            time.sleep(0)
        self.cars.append(car)
        assert len(self.cars) == 1

    def leave(self):
        while not self.cars:
            time.sleep(0)
        return self.cars.pop()


class CountedLot(Lot):
    def __init__(self):
        super().__init__()
        self.room = threading.Semaphore(1)
        self.parked = threading.Semaphore(0)

    def park(self, car):
        self.room.acquire()
        self.cars.append(car)
        assert len(self.cars) == 1
        self.parked.release()

    def leave(self):
        self.parked.acquire()
        car = self.cars.pop()
        self.room.release()
        return car


def rush_hour(lot):
    gone = []
    threads = [threading.Thread(target=lot.park, args=(car,)) for car in ("red", "blue")]
    threads.append(threading.Thread(target=lambda: gone.extend([lot.leave(), lot.leave()])))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(gone) == ["blue", "red"]


def buggy():
    rush_hour(Lot())


def correct():
    rush_hour(CountedLot())
