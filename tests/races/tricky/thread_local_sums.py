"""Each thread counts in its own thread-local and hands in its sum under a lock."""

import threading


class Votes:
    def __init__(self):
        self.mine = threading.local()
        self.lock = threading.Lock()
        self.total = 0

    def count(self, papers):
        self.mine.sum = 0
        for paper in papers:
            self.mine.sum += paper
        with self.lock:
            self.total += self.mine.sum


def correct():
    votes = Votes()
    threads = [threading.Thread(target=votes.count, args=(papers,)) for papers in ([1, 0], [1, 1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert votes.total == 3
