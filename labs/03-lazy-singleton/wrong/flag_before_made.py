# fails: test_connect_fails
# a flag says that it was made, and connect raises after that

import threading


class Lazy:
    def __init__(self, slot, connect, set_up):
        self.slot = slot
        self.connect = connect
        self.set_up = set_up
        self.lock = threading.Lock()
        self.made = False

    def get(self):
        with self.lock:
            if not self.made:
                self.made = True
                connection = self.connect()
                self.set_up(connection)
                self.slot.value = connection
            return self.slot.value
