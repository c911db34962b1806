"""A home-made barrier tells "all are here" by a counter that the next round changes.

The last to arrive sets the counter to 0 and enters round two first; the other sees 1 and stays in round one.
"""

import threading
import time


class Rendezvous:
    def __init__(self, parties):
        self.parties = parties
        self.here = 0
        self.round = 0
        self.changed = threading.Condition()

    def wait(self):
        with self.changed:
            self.here += 1
            if self.here == self.parties:
                self.open()
            else:
                self.stand()

    def open(self):
        self.here = 0
        self.round += 1
        self.changed.notify_all()

    def stand(self):
        while self.here != 0:
            self.changed.wait()


class RoundRendezvous(Rendezvous):
    def stand(self):
        mine = self.round
        while self.round == mine:
            self.changed.wait()


def dance(rendezvous):
    def dancer():
        for _ in range(2):
            rendezvous.wait()
            time.sleep(0.01)

    threads = [threading.Thread(target=dancer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rendezvous.round == 2


def buggy():
    dance(Rendezvous(2))


def correct():
    dance(RoundRendezvous(2))
