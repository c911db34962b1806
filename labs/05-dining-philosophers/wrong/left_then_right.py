# fails: test_three
# everybody takes the left fork first


class Table:
    def __init__(self, forks):
        self.forks = forks

    def dine(self, n, eat):
        with self.forks[n], self.forks[(n + 1) % len(self.forks)]:
            return eat(n)
