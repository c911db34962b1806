# fails: test_two_threads
# a new lock in every call: nobody ever waits for it

import threading


class Lazy:
    def __init__(self, slot, connect, set_up):
        self.slot = slot
        self.connect = connect
        self.set_up = set_up

    def get(self):
        if self.slot.value is None:
            with threading.Lock():
                if self.slot.value is None:
                    connection = self.connect()
                    self.set_up(connection)
                    self.slot.value = connection
        return self.slot.value
