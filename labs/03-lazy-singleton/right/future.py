# the first caller leaves a future of this attempt, the others wait for it, and try again if it failed

import threading


class Lazy:
    def __init__(self, slot, connect, set_up):
        self.slot = slot
        self.connect = connect
        self.set_up = set_up
        self.lock = threading.Lock()
        self.attempt = None

    def get(self):
        while True:
            with self.lock:
                mine = self.attempt is None
                if mine:
                    self.attempt = threading.Event()
                attempt = self.attempt
            if not mine:
                attempt.wait()
                found = self.slot.value
                if found is not None:
                    return found
                continue
            try:
                connection = self.connect()
                self.set_up(connection)
                self.slot.value = connection
                return connection  # noqa: TRY300
            except BaseException:
                with self.lock:
                    self.attempt = None
                raise
            finally:
                attempt.set()
