# fails: test_no_lost_update
# a new lock in every call: nobody ever waits for it

import threading


class Counter:
    def __init__(self, cell):
        self.cell = cell

    def add(self, amount):
        with threading.Lock():
            self.cell.value += amount

    def take(self, amount):
        with threading.Lock():
            if self.cell.value < amount:
                return False
            self.cell.value -= amount
            return True
