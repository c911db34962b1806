"""Two readers and a writer share a page: readers read together, the writer writes alone."""

import threading


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
        with self.changed:
            while self.readers:
                self.changed.wait()
            self.title = text
            self.body = text


def scenario():
    page = Page()
    threads = [threading.Thread(target=page.read) for _ in range(2)]
    threads.append(threading.Thread(target=page.write, args=("new",)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert page.title == page.body == "new"
