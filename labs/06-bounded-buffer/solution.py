"""A buffer between those who make items and those who need them."""


class Closed(Exception):
    """Nothing can be put into the buffer any more; or nothing will come out of it."""


class Buffer:
    """At most `size` items are in `items`, a deque; `changed` is a condition, for waiting and for waking.

    Those who put and those who get are threads. Whoever can't go on waits on the condition: nobody asks again
    and again.
    """

    def __init__(self, size, items, changed):
        self.size = size
        self.items = items
        self.changed = changed
        # BEGIN SOLUTION: pass
        self.closed = False
        # END SOLUTION

    def put(self, item):
        """Append the item as soon as there is room for it. Raises Closed if the buffer is closed by then."""
        # BEGIN SOLUTION
        with self.changed:
            while len(self.items) >= self.size and not self.closed:
                self.changed.wait()
            if self.closed:
                raise Closed
            self.items.append(item)
            self.changed.notify_all()
        # END SOLUTION

    def get(self):
        """Take the oldest item out as soon as there is one. Raises Closed if none will ever come."""
        # BEGIN SOLUTION
        with self.changed:
            while not self.items and not self.closed:
                self.changed.wait()
            if not self.items:
                raise Closed
            item = self.items.popleft()
            self.changed.notify_all()
            return item
        # END SOLUTION

    def close(self):
        """From now on nothing is put in. What is in it can still be taken out."""
        # BEGIN SOLUTION
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        # END SOLUTION
