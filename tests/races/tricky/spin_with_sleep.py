"""A thread spins with sleep(0) until another has raised the flag: slow, but it ends."""

import threading
import time


class Signal:
    def __init__(self):
        self.value = None
        self.ready = False

    def wait(self):
        while not self.ready:
            time.sleep(0)
        return self.value

    def send(self, value):
        self.value = value
        self.ready = True


def correct():
    signal, received = Signal(), []
    waiter = threading.Thread(target=lambda: received.append(signal.wait()))
    sender = threading.Thread(target=signal.send, args=(42,))
    waiter.start()
    sender.start()
    waiter.join()
    sender.join()
    assert received == [42]
