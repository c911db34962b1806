"""The flag is read outside the condition, so the notify can come before the wait.

collect sees no letter; deliver stores it and notifies nobody; collect waits for ever.
"""

import threading


class Mailbox:
    def __init__(self):
        self.letter = None
        self.changed = threading.Condition()

    def deliver(self, letter):
        self.letter = letter
        with self.changed:
            self.changed.notify()

    def collect(self):
        if self.letter is None:
            with self.changed:
                self.changed.wait()
        return self.letter


class CarefulMailbox(Mailbox):
    def deliver(self, letter):
        with self.changed:
            self.letter = letter
            self.changed.notify()

    def collect(self):
        with self.changed:
            while self.letter is None:
                self.changed.wait()
            return self.letter


def exchange(mailbox):
    received = []
    reader = threading.Thread(target=lambda: received.append(mailbox.collect()))
    postman = threading.Thread(target=mailbox.deliver, args=("hello",))
    reader.start()
    postman.start()
    reader.join()
    postman.join()
    assert received == ["hello"]


def buggy():
    exchange(Mailbox())


def correct():
    exchange(CarefulMailbox())
