"""A stop flag is written by one thread and read by another without a lock: it only ever goes up."""

import threading
import time


class Worker:
    def __init__(self):
        self.stopping = False
        self.rounds = 0

    def work(self):
        while not self.stopping:
            self.rounds += 1
            time.sleep(0.001)

    def stop(self):
        self.stopping = True


def correct():
    worker = Worker()
    thread = threading.Thread(target=worker.work)
    thread.start()
    worker.stop()
    thread.join()
    assert worker.rounds >= 0
