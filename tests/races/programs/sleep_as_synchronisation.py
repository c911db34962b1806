"""The reader sleeps "long enough" for the writer, who may take longer.

brew wakes up before boil has stored the hot water.
"""

import threading
import time


class Kettle:
    def __init__(self):
        self.water = "cold"
        self.boiled = threading.Event()

    def boil(self):
        time.sleep(0.001)
        self.water = "hot"
        self.boiled.set()

    def wait(self):
        time.sleep(0.05)

    def brew(self):
        self.wait()
        return f"tea with {self.water} water"


class WhistlingKettle(Kettle):
    def wait(self):
        self.boiled.wait()


def tea(kettle):
    stove = threading.Thread(target=kettle.boil)
    stove.start()
    cup = kettle.brew()
    stove.join()
    assert cup == "tea with hot water"


def buggy():
    tea(Kettle())


def correct():
    tea(WhistlingKettle())
