# fails: test_writer_waits
# no lock and no waiting at all


class Document:
    def __init__(self, counts, changed):
        self.counts = counts
        self.changed = changed
        self.writing = False

    def read(self, look):
        return look()

    def write(self, change):
        return change()
