"""Against the order of the locks the second is only tried; who fails lets go and takes both in order."""

import threading


class Desk:
    def __init__(self):
        self.pen, self.paper = threading.Lock(), threading.Lock()  # in this order
        self.written = []

    def write(self, name):
        with self.pen, self.paper:
            self.written.append(name)

    def write_on_paper_first(self, name):
        with self.paper:
            if self.pen.acquire(blocking=False):
                self.written.append(name)
                self.pen.release()
                return
        self.write(name)


def correct():
    desk = Desk()
    threads = [
        threading.Thread(target=desk.write, args=("ann",)),
        threading.Thread(target=desk.write_on_paper_first, args=("bob",)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(desk.written) == ["ann", "bob"]
