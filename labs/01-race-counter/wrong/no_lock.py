# fails: test_no_lost_update
# no lock at all: two threads read before either writes


class Counter:
    def __init__(self, cell):
        self.cell = cell

    def add(self, amount):
        self.cell.value += amount

    def take(self, amount):
        if self.cell.value < amount:
            return False
        self.cell.value -= amount
        return True
