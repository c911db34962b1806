"""One thread walks over a dict while another adds a key: RuntimeError.

report has seen the first counter; count adds "miss"; the next step of the loop raises.
"""

import threading


class Metrics:
    def __init__(self):
        self.counters = {"hit": 2, "slow": 1}

    def count(self, name):
        self.counters[name] = 1

    def report(self):
        total = 0
        for value in self.counters.values():
            total += value
        return total


class SnapshotMetrics(Metrics):
    def report(self):
        total = 0
        for value in list(self.counters.values()):
            total += value
        return total


def observe(metrics):
    totals = []
    reporter = threading.Thread(target=lambda: totals.append(metrics.report()))
    counter = threading.Thread(target=metrics.count, args=("miss",))
    reporter.start()
    counter.start()
    reporter.join()
    counter.join()
    assert totals in ([3], [4])


def buggy():
    observe(Metrics())


def correct():
    observe(SnapshotMetrics())
