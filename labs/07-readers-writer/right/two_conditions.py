# two conditions of its own over one lock, and a list of those who wait to write

import contextlib
import threading


class Document:
    def __init__(self, counts, changed):
        self.counts = counts
        self.changed = changed
        self.writing = False
        self.waiting = 0
        lock = threading.Lock()
        self.may_read = threading.Condition(lock)
        self.may_write = threading.Condition(lock)

    @contextlib.contextmanager
    def reading(self):
        with self.may_read:
            while self.writing or self.waiting:
                self.may_read.wait()
            self.counts.readers += 1
        try:
            yield
        finally:
            with self.may_write:
                self.counts.readers -= 1
                if not self.counts.readers:
                    self.may_write.notify()

    def read(self, look):
        with self.reading():
            return look()

    def write(self, change):
        with self.may_write:
            self.waiting += 1
            while self.writing or self.counts.readers:
                self.may_write.wait()
            self.waiting -= 1
            self.writing = True
        try:
            return change()
        finally:
            with self.may_write:
                self.writing = False
                if self.waiting:
                    self.may_write.notify()
                else:
                    self.may_read.notify_all()
