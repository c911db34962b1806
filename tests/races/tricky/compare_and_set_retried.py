"""A counter without a lock around the sum: who was overtaken tries again."""

import threading


class Cell:
    def __init__(self):
        self.value = 0
        self.cell = threading.Lock()  # makes one compare-and-set atomic, as the hardware would

    def swap(self, old, new):
        with self.cell:
            if self.value != old:
                return False
            self.value = new
            return True

    def add(self, amount):
        swapped = False
        while not swapped:
            value = self.value
            swapped = self.swap(value, value + amount)


def correct():
    cell = Cell()
    threads = [threading.Thread(target=cell.add, args=(amount,)) for amount in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cell.value == 6
