"""As many sentinels as workers have signed in: a worker that signs in late never gets one.

The first worker does both jobs; close counts one worker; the second signs in and waits for ever.
"""

import queue
import threading


class Crew:
    def __init__(self):
        self.jobs = queue.Queue()
        self.lock = threading.Lock()
        self.at_work = 0
        self.done = []

    def work(self):
        with self.lock:
            self.at_work += 1
        while (job := self.jobs.get()) is not None:
            self.done.append(job)
            self.jobs.task_done()

    def close(self, threads):
        for _ in range(self.at_work):
            self.jobs.put(None)


class CountedCrew(Crew):
    def close(self, threads):
        for _ in threads:
            self.jobs.put(None)


def shift(crew):
    threads = [threading.Thread(target=crew.work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for job in (1, 2):
        crew.jobs.put(job)
    crew.jobs.join()
    crew.close(threads)
    for thread in threads:
        thread.join()
    assert sorted(crew.done) == [1, 2]


def buggy():
    shift(Crew())


def correct():
    shift(CountedCrew())
