# fails: test_together
# one lock for the table: never two eat at once

import threading


class Table:
    def __init__(self, forks):
        self.forks = forks
        self.lock = threading.Lock()

    def dine(self, n, eat):
        with self.lock, self.forks[n], self.forks[(n + 1) % len(self.forks)]:
            return eat(n)
