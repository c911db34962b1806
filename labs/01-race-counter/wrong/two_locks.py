# fails: test_add_while_taking
# one lock for add and another one for take

import threading


class Counter:
    def __init__(self, cell):
        self.cell = cell
        self.adding = threading.Lock()
        self.taking = threading.Lock()

    def add(self, amount):
        with self.adding:
            self.cell.value += amount

    def take(self, amount):
        with self.taking:
            if self.cell.value < amount:
                return False
            self.cell.value -= amount
            return True
