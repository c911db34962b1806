# fails: test_room
# looks at the items without the lock


class Closed(Exception):
    pass


class Buffer:
    def __init__(self, size, items, changed):
        self.size = size
        self.items = items
        self.changed = changed
        self.closed = False

    def put(self, item):
        while len(self.items) >= self.size and not self.closed:
            with self.changed:
                self.changed.wait()
        if self.closed:
            raise Closed
        self.items.append(item)
        with self.changed:
            self.changed.notify_all()

    def get(self):
        with self.changed:
            while not self.items and not self.closed:
                self.changed.wait()
            if not self.items:
                raise Closed
            item = self.items.popleft()
            self.changed.notify_all()
            return item

    def close(self):
        with self.changed:
            self.closed = True
            self.changed.notify_all()
