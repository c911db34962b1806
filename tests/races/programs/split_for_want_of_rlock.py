"""Two locked methods are called one after the other, because the lock could not be taken twice around both.

close(1) reads 50; close(2) reads 50 and pays out 50; close(1) pays out 50 that are not there.
"""

import threading


class Account:
    def __init__(self):
        self.lock = threading.RLock()
        self.balance = 50

    def read(self):
        with self.lock:
            return self.balance

    def pay(self, amount):
        with self.lock:
            self.balance -= amount
            return amount

    def close(self):
        return self.pay(self.read())


class AtomicAccount(Account):
    def close(self):
        with self.lock:
            return super().close()


def leave(account):
    paid = []
    threads = [threading.Thread(target=lambda: paid.append(account.close())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(paid) == 50
    assert account.balance == 0


def buggy():
    leave(Account())


def correct():
    leave(AtomicAccount())
