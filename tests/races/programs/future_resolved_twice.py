"""The first answer shall win, but asking for done() and setting the result are two steps.

Both threads see an open future; the second set_result raises InvalidStateError.
"""

import concurrent.futures
import threading


class FirstAnswer:
    def __init__(self):
        self.future = concurrent.futures.Future()

    def offer(self, answer):
        if not self.future.done():
            self.future.set_result(answer)


class LockedFirstAnswer(FirstAnswer):
    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def offer(self, answer):
        with self.lock:
            super().offer(answer)


def race(first):
    threads = [threading.Thread(target=first.offer, args=(answer,)) for answer in ("red", "blue")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first.future.result() in {"red", "blue"}


def buggy():
    race(FirstAnswer())


def correct():
    race(LockedFirstAnswer())
