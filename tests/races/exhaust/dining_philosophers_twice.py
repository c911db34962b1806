"""Five philosophers, each of whom takes the fork of the lower number first, eat twice."""

import threading

MEALS = 2


class Table:
    def __init__(self, seats):
        self.forks = [threading.Lock() for _ in range(seats)]
        self.fed = [0] * seats

    def dine(self, seat, meals):
        first, second = sorted((seat, (seat + 1) % len(self.forks)))
        for _ in range(meals):
            with self.forks[first], self.forks[second]:
                self.fed[seat] += 1


def scenario(meals=MEALS):
    table = Table(5)
    threads = [threading.Thread(target=table.dine, args=(seat, meals)) for seat in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert table.fed == [meals] * 5
