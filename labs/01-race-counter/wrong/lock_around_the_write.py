# fails: test_no_lost_update
# the value is read before the lock is taken

import threading


class Counter:
    def __init__(self, cell):
        self.cell = cell
        self.lock = threading.Lock()

    def add(self, amount):
        new = self.cell.value + amount
        with self.lock:
            self.cell.value = new

    def take(self, amount):
        with self.lock:
            if self.cell.value < amount:
                return False
            self.cell.value -= amount
            return True
