"""A counter that several threads share."""

import threading


class Counter:
    """Counts in a cell: `cell.value` can be read and written, and other threads may do that too."""

    def __init__(self, cell):
        self.cell = cell
        # BEGIN SOLUTION: pass
        self.lock = threading.Lock()
        # END SOLUTION

    def add(self, amount):
        """Add to the cell, and return nothing."""
        # BEGIN SOLUTION: self.cell.value += amount
        with self.lock:
            self.cell.value += amount
        # END SOLUTION

    def take(self, amount):
        """Take from the cell if there is that much in it, and say whether it was done."""
        # BEGIN SOLUTION
        with self.lock:
            if self.cell.value < amount:
                return False
            self.cell.value -= amount
            return True
        # END SOLUTION
