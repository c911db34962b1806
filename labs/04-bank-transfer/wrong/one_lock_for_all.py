# fails: test_others_go_on
# one lock of the module's own: right, and one transfer at a time

import threading

LOCK = threading.Lock()


def transfer(source, target, amount):
    with LOCK:
        if source.balance < amount:
            return False
        source.balance -= amount
        target.balance += amount
        return True
