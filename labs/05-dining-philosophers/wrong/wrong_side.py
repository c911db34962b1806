# fails: test_both_forks
# takes the fork of the left neighbour


class Table:
    def __init__(self, forks):
        self.forks = forks

    def dine(self, n, eat):
        first, second = sorted((n, (n - 1) % len(self.forks)))
        with self.forks[first], self.forks[second]:
            return eat(n)
