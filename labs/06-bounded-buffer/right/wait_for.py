# wait_for instead of a loop


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
            self.changed.wait_for(lambda: self.closed or len(self.items) < self.size)
            if self.closed:
                raise Closed(item)
            self.items.append(item)
            self.changed.notify_all()

    def get(self):
        with self.changed:
            self.changed.wait_for(lambda: self.closed or self.items)
            if not len(self.items):
                raise Closed
            try:
                return self.items.popleft()
            finally:
                self.changed.notify_all()

    def close(self):
        with self.changed:
            self.closed = True
            self.changed.notify_all()
