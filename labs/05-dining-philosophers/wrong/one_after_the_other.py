# fails: test_both_forks
# takes the forks one after the other: never has both


class Table:
    def __init__(self, forks):
        self.forks = forks

    def dine(self, n, eat):
        with self.forks[n]:
            pass
        with self.forks[(n + 1) % len(self.forks)]:
            return eat(n)
