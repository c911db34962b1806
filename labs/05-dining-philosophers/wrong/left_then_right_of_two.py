# fails: test_two
# everybody takes the left fork first, seen at the smallest table


class Table:
    def __init__(self, forks):
        self.forks = forks

    def dine(self, n, eat):
        left = self.forks[n]
        right = self.forks[(n + 1) % len(self.forks)]
        left.acquire()
        right.acquire()
        try:
            return eat(n)
        finally:
            right.release()
            left.release()
