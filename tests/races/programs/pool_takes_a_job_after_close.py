"""A home-made pool asks whether it is open and then takes the job: the job can land behind the sentinel.

submit sees an open pool; close sets the flag and puts the sentinel; submit puts a job that nobody will do.
"""

import contextlib
import queue
import threading


class Pool:
    def __init__(self, guard):
        self.guard = guard
        self.jobs = queue.Queue()
        self.closed = False
        self.worker = threading.Thread(target=self.work)
        self.worker.start()

    def work(self):
        while (job := self.jobs.get()) is not None:
            job()

    def submit(self, job):
        with self.guard:
            if self.closed:
                return False
            self.jobs.put(job)
            return True

    def close(self):
        with self.guard:
            self.closed = True
            self.jobs.put(None)
        self.worker.join()


def use(guard):
    pool = Pool(guard)
    accepted, done = [], []
    client = threading.Thread(target=lambda: accepted.append(pool.submit(lambda: done.append("job"))))
    closer = threading.Thread(target=pool.close)
    client.start()
    closer.start()
    client.join()
    closer.join()
    assert len(done) == accepted.count(True)


def buggy():
    use(contextlib.nullcontext())


def correct():
    use(threading.Lock())
