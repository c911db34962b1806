"""Nobody looks at the answer of a try-lock: the code goes on without the lock and gives back a stranger's.

add(1) holds the lock; add(2) fails to take it, goes on and releases it; add(1) releases a lock that is free.
"""

import threading


class Till:
    def __init__(self):
        self.lock = threading.Lock()
        self.total = 0

    def add(self, amount):
        self.lock.acquire(blocking=False)
        self.total += amount
        self.lock.release()


class PatientTill(Till):
    def add(self, amount):
        self.lock.acquire()
        self.total += amount
        self.lock.release()


def sell(till):
    threads = [threading.Thread(target=till.add, args=(amount,)) for amount in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert till.total == 3


def buggy():
    sell(Till())


def correct():
    sell(PatientTill())
