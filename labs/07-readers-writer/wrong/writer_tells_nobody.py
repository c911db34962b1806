# fails: test_woken
# the writer leaves, and nobody is woken


class Document:
    def __init__(self, counts, changed):
        self.counts = counts
        self.changed = changed
        self.writing = False

    def read(self, look):
        with self.changed:
            while self.counts.writers:
                self.changed.wait()
            self.counts.readers += 1
        try:
            return look()
        finally:
            with self.changed:
                self.counts.readers -= 1
                self.changed.notify_all()

    def write(self, change):
        with self.changed:
            self.counts.writers += 1
            while self.counts.readers or self.writing:
                self.changed.wait()
            self.writing = True
        try:
            return change()
        finally:
            with self.changed:
                self.writing = False
                self.counts.writers -= 1
