# fails: test_two_wait
# says that it is done, and puts the value in later

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
            self.box.done = True
            self.changed.notify_all()
        with self.changed:
            self.box.value = value
            waiting = list(self.callbacks)
            self.callbacks.clear()
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
