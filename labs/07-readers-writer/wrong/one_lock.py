# fails: test_together
# one lock for all: readers come one by one


class Document:
    def __init__(self, counts, changed):
        self.counts = counts
        self.changed = changed
        self.writing = False

    def read(self, look):
        with self.changed:
            return look()

    def write(self, change):
        with self.changed:
            return change()
