"""The thread that was started first need not be the one that runs first.

write runs before open has made the list, and appends to None.
"""

import threading


class Journal:
    def __init__(self):
        self.lines = None
        self.opened = threading.Event()

    def open(self):
        self.lines = []
        self.opened.set()

    def write(self, line):
        self.lines.append(line)


class PatientJournal(Journal):
    def write(self, line):
        self.opened.wait()
        super().write(line)


def keep(journal):
    opener = threading.Thread(target=journal.open)
    writer = threading.Thread(target=journal.write, args=("sunny",))
    opener.start()
    writer.start()
    opener.join()
    writer.join()
    assert journal.lines == ["sunny"]


def buggy():
    keep(Journal())


def correct():
    keep(PatientJournal())
