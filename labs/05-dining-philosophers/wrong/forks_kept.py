# fails: test_choked
# the forks are not put back when eat raises


class Table:
    def __init__(self, forks):
        self.forks = forks

    def dine(self, n, eat):
        first, second = sorted((n, (n + 1) % len(self.forks)))
        self.forks[first].acquire()
        self.forks[second].acquire()
        found = eat(n)
        self.forks[second].release()
        self.forks[first].release()
        return found
