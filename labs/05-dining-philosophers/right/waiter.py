# a condition: who may eat is decided first, the forks are taken then

import threading


class Table:
    def __init__(self, forks):
        self.forks = forks
        self.changed = threading.Condition()
        self.eating = set()

    def dine(self, n, eat):
        neighbours = {(n - 1) % len(self.forks), (n + 1) % len(self.forks)}
        with self.changed:
            self.changed.wait_for(lambda: not neighbours & self.eating)
            self.eating.add(n)
        try:
            with self.forks[n], self.forks[(n + 1) % len(self.forks)]:
                return eat(n)
        finally:
            with self.changed:
                self.eating.discard(n)
                self.changed.notify_all()
