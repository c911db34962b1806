"""A free file name is looked for and used in two steps: two notes get one name, and one note is lost.

Both threads find that note-1 does not exist; the second write replaces the first.
"""

import threading


class Folder:
    def __init__(self):
        self.files = {}

    def save(self, text):
        number = 1
        while f"note-{number}" in self.files:
            number += 1
        self.files[f"note-{number}"] = text


class ExclusiveFolder(Folder):
    def save(self, text):
        number = 1
        while self.files.setdefault(f"note-{number}", text) != text:
            number += 1


def write_notes(folder):
    threads = [threading.Thread(target=folder.save, args=(text,)) for text in ("buy milk", "call ann")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(folder.files.values()) == ["buy milk", "call ann"]


def buggy():
    write_notes(Folder())


def correct():
    write_notes(ExclusiveFolder())
