# a flag under the lock chooses the maker, the others wait on a condition

import threading


class Lazy:
    def __init__(self, slot, connect, set_up):
        self.slot = slot
        self.connect = connect
        self.set_up = set_up
        self.changed = threading.Condition()
        self.making = False

    def get(self):
        with self.changed:
            while self.making:
                self.changed.wait()
            if self.slot.value is not None:
                return self.slot.value
            self.making = True
        try:
            connection = self.connect()
            self.set_up(connection)
            self.slot.value = connection
            return connection
        finally:
            with self.changed:
                self.making = False
                self.changed.notify_all()
