# fails: test_two_threads
# looks, takes the lock, and does not look again

import threading


class Lazy:
    def __init__(self, slot, connect, set_up):
        self.slot = slot
        self.connect = connect
        self.set_up = set_up
        self.lock = threading.Lock()

    def get(self):
        if self.slot.value is None:
            with self.lock:
                connection = self.connect()
                self.set_up(connection)
                self.slot.value = connection
        return self.slot.value
