# takes both forks under a lock of the table, and eats without it

import threading


class Table:
    def __init__(self, forks):
        self.forks = forks
        self.lock = threading.Lock()

    def dine(self, n, eat):
        with self.lock:
            self.forks[n].acquire()
            self.forks[(n + 1) % len(self.forks)].acquire()
        try:
            return eat(n)
        finally:
            self.forks[n].release()
            self.forks[(n + 1) % len(self.forks)].release()
