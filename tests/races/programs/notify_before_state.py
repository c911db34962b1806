"""The waiter is notified before the state is set: it looks, finds nothing and sleeps again.

wait_open waits; open notifies and lets the lock go; wait_open sees a closed door and waits; open sets it.
"""

import threading


class Door:
    def __init__(self):
        self.is_open = False
        self.changed = threading.Condition()

    def wait_open(self):
        with self.changed:
            while not self.is_open:
                self.changed.wait()

    def open(self):
        with self.changed:
            self.changed.notify_all()
        self.is_open = True


class CarefulDoor(Door):
    def open(self):
        with self.changed:
            self.is_open = True
            self.changed.notify_all()


def visit(door):
    guest = threading.Thread(target=door.wait_open)
    host = threading.Thread(target=door.open)
    guest.start()
    host.start()
    guest.join()
    host.join()
    assert door.is_open


def buggy():
    visit(Door())


def correct():
    visit(CarefulDoor())
