# two semaphores count the items and the room; close lets one through, who lets the next one through

import threading


class Closed(Exception):
    pass


class Buffer:
    def __init__(self, size, items, changed):
        self.size = size
        self.items = items
        self.changed = changed
        self.closed = False
        there = len(items)
        self.lock = threading.Lock()
        self.room = threading.Semaphore(size - there)
        self.there = threading.Semaphore(there)

    def put(self, item):
        self.room.acquire()
        with self.lock:
            if self.closed:
                self.room.release()
                raise Closed
            self.items.append(item)
        self.there.release()

    def get(self):
        self.there.acquire()
        with self.lock:
            if not self.items:
                self.there.release()
                raise Closed
            item = self.items.popleft()
        self.room.release()
        return item

    def close(self):
        with self.lock:
            self.closed = True
        self.room.release()
        self.there.release()
