# fails: test_both_forks
# takes one fork, and eats


class Table:
    def __init__(self, forks):
        self.forks = forks

    def dine(self, n, eat):
        with self.forks[n]:
            return eat(n)
