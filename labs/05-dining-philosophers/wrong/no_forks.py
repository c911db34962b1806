# fails: test_both_forks
# eats with fingers


class Table:
    def __init__(self, forks):
        self.forks = forks

    def dine(self, n, eat):
        return eat(n)
