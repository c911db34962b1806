# fails: test_five
# a semaphore with a seat for everybody keeps nobody away

import threading


class Table:
    def __init__(self, forks):
        self.forks = forks
        self.seats = threading.Semaphore(len(forks))

    def dine(self, n, eat):
        with self.seats, self.forks[n], self.forks[(n + 1) % len(self.forks)]:
            return eat(n)
