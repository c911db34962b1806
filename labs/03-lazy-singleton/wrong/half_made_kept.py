# fails: test_set_up_fails
# everything under the lock, but the slot is filled although set_up raises

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
                self.slot.value = self.connect()
                self.set_up(self.slot.value)
            return self.slot.value
