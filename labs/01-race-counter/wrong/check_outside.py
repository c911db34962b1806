# fails: test_check_and_take
# looks whether there is enough before it takes the lock

import threading


class Counter:
    def __init__(self, cell):
        self.cell = cell
        self.lock = threading.Lock()

    def add(self, amount):
        with self.lock:
            self.cell.value += amount

    def take(self, amount):
        if self.cell.value < amount:
            return False
        with self.lock:
            self.cell.value -= amount
        return True
