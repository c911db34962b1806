"""The flag is raised without a notify, but the waiter looks again after each timeout: no wake-up is lost."""

import threading


class Door:
    def __init__(self):
        self.is_open = False
        self.changed = threading.Condition()

    def wait_open(self):
        with self.changed:
            while not self.is_open:
                self.changed.wait(timeout=0.002)

    def open(self):
        self.is_open = True


def correct():
    door = Door()
    threads = [threading.Thread(target=door.wait_open), threading.Thread(target=door.open)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert door.is_open
