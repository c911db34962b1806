"""A writer looks that nobody reads and then writes: a reader comes in after the look.

write sees no reader and stores the title; read takes the new title and the old body.
"""

import threading
import time


class Page:
    def __init__(self):
        self.readers = 0
        self.changed = threading.Condition()
        self.title = self.body = "old"

    def read(self):
        with self.changed:
            self.readers += 1
        title, body = self.title, self.body
        with self.changed:
            self.readers -= 1
            self.changed.notify_all()
        assert title == body

    def write(self, text):
        while self.readers:
            time.sleep(0)
        self.title = text
        self.body = text


class ExclusivePage(Page):
    def write(self, text):
        with self.changed:
            while self.readers:
                self.changed.wait()
            self.title = text
            self.body = text


def edit(page):
    threads = [threading.Thread(target=page.read), threading.Thread(target=page.write, args=("new",))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert page.title == page.body == "new"


def buggy():
    edit(Page())


def correct():
    edit(ExclusivePage())
