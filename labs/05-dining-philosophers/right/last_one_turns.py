# the last one takes the right fork first


class Table:
    def __init__(self, forks):
        self.forks = forks

    def dine(self, n, eat):
        left, right = self.forks[n], self.forks[(n + 1) % len(self.forks)]
        if n == len(self.forks) - 1:
            left, right = right, left
        left.acquire()
        try:
            right.acquire()
            try:
                return eat(n)
            finally:
                right.release()
        finally:
            left.release()
