# fails: test_false
# asks `if not` instead of `is None`

import threading


class Lazy:
    def __init__(self, slot, connect, set_up):
        self.slot = slot
        self.connect = connect
        self.set_up = set_up
        self.lock = threading.Lock()

    def get(self):
        if not self.slot.value:
            with self.lock:
                if not self.slot.value:
                    connection = self.connect()
                    self.set_up(connection)
                    self.slot.value = connection
        return self.slot.value
