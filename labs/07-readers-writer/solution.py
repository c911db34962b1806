"""A document that many may read at the same time, and one may change when nobody else is there."""


class Document:
    """`counts` has fields `readers` and `writers`, both 0, for your use; `changed` is a condition.

    Reading a field of `counts` is a step and writing one is another: threads come in between.
    """

    def __init__(self, counts, changed):
        self.counts = counts
        self.changed = changed
        # BEGIN SOLUTION: pass
        self.writing = False
        # END SOLUTION

    def read(self, look):
        """Call look() and return its result: beside other readers, never beside a writer.

        Who comes while a writer waits lets that one go first.
        """
        # BEGIN SOLUTION
        with self.changed:
            while self.counts.writers:  # those that write or wait for it
                self.changed.wait()
            self.counts.readers += 1
        try:
            return look()
        finally:
            with self.changed:
                self.counts.readers -= 1
                self.changed.notify_all()
        # END SOLUTION

    def write(self, change):
        """Call change() and return its result, when nobody reads and nobody else writes."""
        # BEGIN SOLUTION
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
                self.changed.notify_all()
        # END SOLUTION
