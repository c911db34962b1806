# fails: test_callback_waits
# calls the callbacks while it has the lock

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
        with self.changed:
            if not self.box.done:
                self.callbacks.append(callback)
                return
            value = self.box.value
        self._call(callback, value)

    def _call(self, callback, value):
        with contextlib.suppress(Exception):
            callback(value)
