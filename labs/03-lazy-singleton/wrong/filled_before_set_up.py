# fails: test_ready
# the slot is filled before the connection is set up

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
                if self.slot.value is None:
                    self.slot.value = self.connect()
                    self.set_up(self.slot.value)
        return self.slot.value
