# the lock in every call: slower, and right

import threading


class Lazy:
    def __init__(self, slot, connect, set_up):
        self.slot = slot
        self.connect = connect
        self.set_up = set_up
        self.lock = threading.Lock()

    def get(self):
        with self.lock:
            if self.slot.value is None:
                connection = self.connect()
                self.set_up(connection)
                self.slot.value = connection
            return self.slot.value
