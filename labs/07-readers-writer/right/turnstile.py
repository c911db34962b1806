# the Little Book of Semaphores: a turnstile that a waiting writer holds, a light switch for the readers

import threading


class Document:
    def __init__(self, counts, changed):
        self.counts = counts
        self.changed = changed
        self.turnstile = threading.Lock()
        self.mutex = threading.Lock()
        self.room = threading.Semaphore(1)

    def read(self, look):
        with self.turnstile:
            pass
        with self.mutex:
            self.counts.readers += 1
            if self.counts.readers == 1:
                self.room.acquire()
        try:
            return look()
        finally:
            with self.mutex:
                self.counts.readers -= 1
                if self.counts.readers == 0:
                    self.room.release()

    def write(self, change):
        with self.turnstile, self.room:
            return change()
