"""Two gates count into one tally, each under a lock of its own: the locks exclude nobody.

One gate reads 0 under its lock; the other reads 0 under the other lock and writes 1; the first writes 1.
"""

import threading


class Tally:
    def __init__(self):
        self.people = 0
        self.lock = threading.Lock()


class Gate:
    def __init__(self, tally):
        self.tally = tally
        self.lock = threading.Lock()

    def enter(self):
        with self.lock:
            self.tally.people += 1


class FairGate(Gate):
    def __init__(self, tally):
        super().__init__(tally)
        self.lock = tally.lock


def concert(kind):
    tally = Tally()
    threads = [threading.Thread(target=gate.enter) for gate in (kind(tally), kind(tally))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.people == 2


def buggy():
    concert(Gate)


def correct():
    concert(FairGate)
