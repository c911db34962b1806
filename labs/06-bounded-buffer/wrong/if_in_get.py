# fails: test_stolen
# if instead of while: woken, and the item is gone


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
            self.changed.notify_all()

    def get(self):
        with self.changed:
            if not self.items:
                if self.closed:
                    raise Closed
                self.changed.wait()
            item = self.items.popleft()
            self.changed.notify_all()
            return item

    def close(self):
        with self.changed:
            self.closed = True
            self.changed.notify_all()
