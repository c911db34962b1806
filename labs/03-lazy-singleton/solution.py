"""A connection that is made when somebody first needs it, and only once."""

import threading


class Lazy:
    """Keeps the connection in a slot: `slot.value` is None as long as there is none that can be used."""

    def __init__(self, slot, connect, set_up):
        self.slot = slot
        self.connect = connect
        self.set_up = set_up
        # BEGIN SOLUTION: pass
        self.lock = threading.Lock()
        # END SOLUTION

    def get(self):
        """Return the connection. Whoever comes first makes it.

        connect() returns it, and after set_up(connection) it can be used.
        If one of the two raises, that goes on to the caller, and the next caller tries again.
        """
        # BEGIN SOLUTION
        if self.slot.value is None:
            with self.lock:
                if self.slot.value is None:
                    connection = self.connect()
                    self.set_up(connection)
                    self.slot.value = connection
        return self.slot.value
        # END SOLUTION
