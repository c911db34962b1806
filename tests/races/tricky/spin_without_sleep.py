"""The bare spin: nothing in the loop lets another thread run, a fair scheduler must do it."""

import threading


class Gate:
    def __init__(self):
        self.open = False
        self.passed = []

    def go_through(self):
        while not self.open:
            pass
        self.passed.append("guest")

    def lift(self):
        self.open = True


def correct():
    gate = Gate()
    guest = threading.Thread(target=gate.go_through)
    keeper = threading.Thread(target=gate.lift)
    guest.start()
    keeper.start()
    guest.join()
    keeper.join()
    assert gate.passed == ["guest"]
