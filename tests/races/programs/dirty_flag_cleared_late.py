"""The "changed" flag is cleared after saving, and with it the note of an edit that came meanwhile.

save copies "a"; edit writes "b" and raises the flag; save clears it; the next save sees nothing to do.
"""

import threading


class Document:
    def __init__(self):
        self.text, self.stored = "a", ""
        self.changed = True

    def edit(self, text):
        self.text = text
        self.changed = True

    def save(self):
        if self.changed:
            self.stored = self.text
            self.changed = False


class CarefulDocument(Document):
    def save(self):
        if self.changed:
            self.changed = False
            self.stored = self.text


def work(document):
    saver = threading.Thread(target=document.save)
    writer = threading.Thread(target=document.edit, args=("b",))
    saver.start()
    writer.start()
    saver.join()
    writer.join()
    document.save()
    assert document.stored == "b"


def buggy():
    work(Document())


def correct():
    work(CarefulDocument())
