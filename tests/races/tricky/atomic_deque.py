"""A deque as a queue without a lock: append and popleft are one step each, and empty is an exception."""

import threading
from collections import deque


def drain(jobs, done):
    while True:
        try:
            job = jobs.popleft()
        except IndexError:
            return
        done.append(job)


def correct():
    jobs, done = deque([1, 2, 3]), []
    threads = [threading.Thread(target=drain, args=(jobs, done)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [1, 2, 3]
    assert not jobs
