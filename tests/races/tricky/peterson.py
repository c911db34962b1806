"""Peterson's lock for two: flags and a turn, no primitive. Right wherever writes are seen in order."""

import threading
import time


class Peterson:
    def __init__(self):
        self.wants = [False, False]
        self.turn = 0

    def enter(self, me):
        self.wants[me] = True
        self.turn = 1 - me
        while self.wants[1 - me] and self.turn == 1 - me:
            time.sleep(0)

    def leave(self, me):
        self.wants[me] = False


class Counter:
    def __init__(self):
        self.lock = Peterson()
        self.n = 0

    def add(self, me):
        self.lock.enter(me)
        self.n += 1
        self.lock.leave(me)


def correct():
    counter = Counter()
    threads = [threading.Thread(target=counter.add, args=(me,)) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.n == 2
