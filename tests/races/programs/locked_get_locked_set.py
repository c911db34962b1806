"""Reading is locked and writing is locked, but the step from one to the other is not.

earn(1) gets 0 and gives the lock back; earn(2) gets 0 and sets 5; earn(1) sets 5.
"""

import threading


class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.balance = 0

    def get(self):
        with self.lock:
            return self.balance

    def set(self, balance):
        with self.lock:
            self.balance = balance

    def earn(self):
        self.set(self.get() + 5)


class AtomicAccount(Account):
    def earn(self):
        with self.lock:
            self.balance += 5


def payday(account):
    threads = [threading.Thread(target=account.earn) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert account.get() == 10


def buggy():
    payday(Account())


def correct():
    payday(AtomicAccount())
