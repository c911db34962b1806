# fails: test_full
# asks again and again instead of waiting


class Closed(Exception):
    pass


class Buffer:
    def __init__(self, size, items, changed):
        self.size = size
        self.items = items
        self.changed = changed
        self.closed = False

    def put(self, item):
        while True:
            with self.changed:
                if self.closed:
                    raise Closed
                if len(self.items) < self.size:
                    self.items.append(item)
                    return

    def get(self):
        while True:
            with self.changed:
                if self.items:
                    return self.items.popleft()
                if self.closed:
                    raise Closed

    def close(self):
        with self.changed:
            self.closed = True
            self.changed.notify_all()
