"""An exception is handled further out, where nobody knows that the lock is still held.

spend runs before the coins are there, raises with the lock held, and the lock is never given back.
"""

import threading


class Purse:
    def __init__(self):
        self.lock = threading.Lock()
        self.coins = []
        self.refused = []

    def fill(self):
        self.coins.append(5)

    def take(self):
        self.lock.acquire()
        coin = self.coins.pop()
        self.lock.release()
        return coin

    def spend(self):
        try:
            self.take()
        except IndexError:
            self.refused.append("no coin")


class TidyPurse(Purse):
    def take(self):
        self.lock.acquire()
        try:
            return self.coins.pop()
        finally:
            self.lock.release()


def market(purse):
    threads = [threading.Thread(target=purse.fill), threading.Thread(target=purse.spend)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(purse.coins) == len(purse.refused)
    assert not purse.lock.locked()


def buggy():
    market(Purse())


def correct():
    market(TidyPurse())
