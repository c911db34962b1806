"""One notify for waiters who wait for different things: it can wake the one who cannot go on.

until(2) waits, then until(1); step 1 wakes until(2), who waits again; step 2 wakes until(1) alone.
"""

import threading


class Stage:
    def __init__(self):
        self.number = 0
        self.changed = threading.Condition()

    def tell(self):
        self.changed.notify()

    def until(self, number):
        with self.changed:
            while self.number < number:
                self.changed.wait()

    def advance(self, steps):
        for _ in range(steps):
            with self.changed:
                self.number += 1
                self.tell()


class LoudStage(Stage):
    def tell(self):
        self.changed.notify_all()


def play(stage):
    threads = [threading.Thread(target=stage.until, args=(number,)) for number in (1, 2)]
    threads.append(threading.Thread(target=stage.advance, args=(2,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stage.number == 2


def buggy():
    play(Stage())


def correct():
    play(LoudStage())
