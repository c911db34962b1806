"""A worker with nothing to do returns before the barrier, which was built for two.

work runs before load, finds no rows and returns; load waits at the barrier for ever.
"""

import threading


class Report:
    def __init__(self):
        self.ready = threading.Barrier(2)
        self.rows = None
        self.total = 0

    def load(self):
        self.rows = [1, 2]
        self.ready.wait()

    def work(self):
        if not self.rows:
            return
        self.ready.wait()
        self.total = sum(self.rows)


class PunctualReport(Report):
    def work(self):
        self.ready.wait()
        self.total = sum(self.rows)


def write(report):
    threads = [threading.Thread(target=report.load), threading.Thread(target=report.work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert report.total == 3


def buggy():
    write(Report())


def correct():
    write(PunctualReport())
