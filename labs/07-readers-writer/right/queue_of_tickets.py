# a queue in the order of arrival: fair to both

from collections import deque


class Document:
    def __init__(self, counts, changed):
        self.counts = counts
        self.changed = changed
        self.writing = False
        self.queue = deque()

    def read(self, look):
        ticket = object()
        with self.changed:
            self.queue.append(ticket)
            self.changed.wait_for(lambda: self.queue[0] is ticket and not self.writing)
            self.queue.popleft()
            self.counts.readers += 1
            self.changed.notify_all()
        try:
            return look()
        finally:
            with self.changed:
                self.counts.readers -= 1
                self.changed.notify_all()

    def write(self, change):
        ticket = object()
        with self.changed:
            self.queue.append(ticket)
            self.changed.wait_for(
                lambda: self.queue[0] is ticket and not self.writing and not self.counts.readers
            )
            self.queue.popleft()
            self.writing = True
        try:
            return change()
        finally:
            with self.changed:
                self.writing = False
                self.changed.notify_all()
