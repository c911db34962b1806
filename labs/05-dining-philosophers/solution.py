"""Philosophers at a round table, with one fork between each two of them."""


class Table:
    """`forks` are locks. Philosopher n has forks n, left, and n + 1, right; the last one has 0, right."""

    def __init__(self, forks):
        self.forks = forks

    def dine(self, n, eat):
        """Philosopher n takes both forks, calls eat(n), puts both forks back, and returns what eat returned.

        The forks are put back when eat raises, too. Philosophers dine at the same time, each in a thread.
        """
        # BEGIN SOLUTION
        neighbour = (n + 1) % len(self.forks)
        first, second = sorted((n, neighbour))
        with self.forks[first], self.forks[second]:
            return eat(n)
        # END SOLUTION
