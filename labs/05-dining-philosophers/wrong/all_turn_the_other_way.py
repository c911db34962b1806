# fails: test_three
# everybody takes the right fork first: the same circle, the other way round


class Table:
    def __init__(self, forks):
        self.forks = forks

    def dine(self, n, eat):
        with self.forks[(n + 1) % len(self.forks)], self.forks[n]:
            return eat(n)
