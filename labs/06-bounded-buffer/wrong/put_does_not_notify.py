# fails: test_empty
# those who wait for an item are never told


class Closed(Exception):
    pass


class Buffer:
    def __init__(self, size, items, changed):
        self.size = size
        self.items = items
        self.changed = changed
        self.closed = False

    def put(self, item):
        with self.changed:
            while len(self.items) >= self.size and not self.closed:
                self.changed.wait()
            if self.closed:
                raise Closed
            self.items.append(item)

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
