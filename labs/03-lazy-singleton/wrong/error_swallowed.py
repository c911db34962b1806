# fails: test_connect_fails
# what connect raises is swallowed, and the caller gets None

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
                try:
                    connection = self.connect()
                    self.set_up(connection)
                    self.slot.value = connection
                except Exception:
                    return None
            return self.slot.value
