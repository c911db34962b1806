"""Five philosophers, each of whom takes the fork of the lower number first, eat once."""

import threading

MEALS = 1


class Philosopher:
    def __init__(self, first, second):
        self.first = first
        self.second = second
        self.meals = 0

    def dine(self):
        for _ in range(MEALS):
            with self.first, self.second:
                self.meals += 1


def scenario():
    forks = [threading.Lock() for _ in range(5)]
    table = [Philosopher(forks[seat], forks[seat + 1]) for seat in range(4)]
    table.append(Philosopher(forks[0], forks[4]))
    threads = [threading.Thread(target=philosopher.dine) for philosopher in table]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for philosopher in table:
        assert philosopher.meals == MEALS
