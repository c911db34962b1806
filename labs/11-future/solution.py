"""A box for a value that another thread will bring."""

import contextlib
import threading


class Future:
    """Keeps all it knows in what it was given, so that every step can be seen.

    box.done is False and box.value None until the value is there; callbacks lists what is still to be called.
    """

    def __init__(self, box, callbacks):
        self.box = box
        self.callbacks = callbacks
        # BEGIN SOLUTION: pass
        self.changed = threading.Condition()
        # END SOLUTION

    def done(self):
        """Whether the value is there."""
        # BEGIN SOLUTION
        with self.changed:
            return self.box.done
        # END SOLUTION

    def set_result(self, value):
        """Bring the value: whoever waits goes on, and each callback is called with it, once.

        Raises RuntimeError if there is a value already. What a callback raises is dropped.
        """
        # BEGIN SOLUTION
        with self.changed:
            if self.box.done:
                raise RuntimeError("there is a value already")
            self.box.value = value
            self.box.done = True
            waiting = list(self.callbacks)
            self.callbacks.clear()
            self.changed.notify_all()
        for callback in waiting:
            self._call(callback, value)
        # END SOLUTION

    def result(self):
        """Wait for the value, and return it."""
        # BEGIN SOLUTION
        with self.changed:
            while not self.box.done:
                self.changed.wait()
            return self.box.value
        # END SOLUTION

    def add_callback(self, callback):
        """Have callback(value) called when the value comes, or now if it is there. Drop what it raises."""
        # BEGIN SOLUTION
        with self.changed:
            if not self.box.done:
                self.callbacks.append(callback)
                return
            value = self.box.value
        self._call(callback, value)
        # END SOLUTION

    # BEGIN SOLUTION: # (other methods, if you want)
    def _call(self, callback, value):
        with contextlib.suppress(Exception):
            callback(value)

    # END SOLUTION
