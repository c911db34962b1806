# fails: test_connect_fails
# the lock is not given back when connect raises

import threading


class Lazy:
    def __init__(self, slot, connect, set_up):
        self.slot = slot
        self.connect = connect
        self.set_up = set_up
        self.lock = threading.Lock()

    def get(self):
        self.lock.acquire()
        if self.slot.value is None:
            connection = self.connect()
            self.set_up(connection)
            self.slot.value = connection
        self.lock.release()
        return self.slot.value
