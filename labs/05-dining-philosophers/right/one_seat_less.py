# one philosopher less than there are forks may sit down

import threading


class Table:
    def __init__(self, forks):
        self.forks = forks
        self.seats = threading.Semaphore(len(forks) - 1)

    def dine(self, n, eat):
        with self.seats, self.forks[n], self.forks[(n + 1) % len(self.forks)]:
            return eat(n)
