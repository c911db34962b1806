"""Every single step of a transfer is locked, the transfer is not: the audit misses money on its way.

transfer withdraws 30 and lets the lock go; audit sums 70 + 100; transfer deposits.
"""

import threading


class Bank:
    def __init__(self):
        self.lock = threading.RLock()
        self.balances = {"ann": 100, "bob": 100}

    def change(self, name, amount):
        with self.lock:
            self.balances[name] += amount

    def transfer(self, source, target, amount):
        self.change(source, -amount)
        self.change(target, amount)

    def audit(self):
        with self.lock:
            return sum(self.balances.values())


class AtomicBank(Bank):
    def transfer(self, source, target, amount):
        with self.lock:
            super().transfer(source, target, amount)


def day(bank):
    totals = []
    mover = threading.Thread(target=bank.transfer, args=("ann", "bob", 30))
    auditor = threading.Thread(target=lambda: totals.append(bank.audit()))
    mover.start()
    auditor.start()
    mover.join()
    auditor.join()
    assert totals == [200]


def buggy():
    day(Bank())


def correct():
    day(AtomicBank())
