# fails: test_added_meanwhile
# looks whether it is done before it takes the lock

import contextlib
import threading


class Future:
    def __init__(self, box, callbacks):
        self.box = box
        self.callbacks = callbacks
        self.changed = threading.Condition()

    def done(self):
        with self.changed:
            return self.box.done

    def set_result(self, value):
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

    def result(self):
        with self.changed:
            while not self.box.done:
                self.changed.wait()
            return self.box.value

    def add_callback(self, callback):
        if not self.box.done:
            with self.changed:
                self.callbacks.append(callback)
        else:
            self._call(callback, self.box.value)

    def _call(self, callback, value):
        with contextlib.suppress(Exception):
            callback(value)
