"""A thread polls an event with a timeout and does other work in between."""

import threading


class Lamp:
    def __init__(self):
        self.off = threading.Event()
        self.blinks = 0

    def blink(self):
        while not self.off.wait(0.002):
            self.blinks += 1


def correct():
    lamp = Lamp()
    thread = threading.Thread(target=lamp.blink)
    switch = threading.Thread(target=lamp.off.set)
    thread.start()
    switch.start()
    thread.join()
    switch.join()
    assert lamp.blinks >= 0
