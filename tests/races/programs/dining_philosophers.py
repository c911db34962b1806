"""Five philosophers take the left fork first: when all hold one, nobody gets a second.

dine(0) is stopped with fork 0; dine(4), (3), (2) and (1) come in this order and find their right fork taken.
"""

import threading


class Table:
    def __init__(self, seats):
        self.forks = [threading.Lock() for _ in range(seats)]
        self.fed = []

    def forks_of(self, seat):
        return seat, (seat + 1) % len(self.forks)

    def dine(self, seat):
        left, right = self.forks_of(seat)
        with self.forks[left], self.forks[right]:
            self.fed.append(seat)


class OrderedTable(Table):
    def forks_of(self, seat):
        return sorted(super().forks_of(seat))


def dinner(table):
    threads = [threading.Thread(target=table.dine, args=(seat,)) for seat in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(table.fed) == [0, 1, 2, 3, 4]


def buggy():
    dinner(Table(5))


def correct():
    dinner(OrderedTable(5))
