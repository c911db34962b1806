"""A semaphore lets two of three in; how many are inside is counted under a lock."""

import threading
import time


class Pool:
    def __init__(self):
        self.room = threading.Semaphore(2)
        self.lock = threading.Lock()
        self.inside = self.most = 0

    def swim(self):
        with self.room:
            with self.lock:
                self.inside += 1
                self.most = max(self.most, self.inside)
            time.sleep(0.001)
            with self.lock:
                self.inside -= 1


def correct():
    pool = Pool()
    threads = [threading.Thread(target=pool.swim) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pool.inside == 0
    assert 1 <= pool.most <= 2
