"""A timer that starts its successor: stop cancels the one that is firing, and the next one ticks on.

tick sets the event; stop cancels the old timer, which has fired; tick starts a new one.
"""

import threading


class Metronome:
    def __init__(self):
        self.ticks = 0
        self.ticked = threading.Event()
        self.timers = []

    def start(self):
        timer = threading.Timer(0.01, self.tick)
        self.timers.append(timer)
        timer.start()

    def tick(self):
        self.ticks += 1
        self.ticked.set()
        if self.ticks < 3:
            self.start()

    def stop(self):
        self.timers[-1].cancel()


class SilentMetronome(Metronome):
    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()
        self.stopped = False

    def tick(self):
        with self.lock:
            if not self.stopped:
                super().tick()

    def stop(self):
        with self.lock:
            self.stopped = True
            super().stop()


def practise(metronome):
    metronome.start()
    metronome.ticked.wait()
    metronome.stop()
    ticks = metronome.ticks
    for timer in metronome.timers:
        timer.join()
    assert metronome.ticks == ticks


def buggy():
    practise(Metronome())


def correct():
    practise(SilentMetronome())
