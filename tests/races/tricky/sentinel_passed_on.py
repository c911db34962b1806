"""One sentinel for two workers: who finds it puts it back for the other."""

import queue
import threading


def work(jobs, done):
    while (job := jobs.get()) is not None:
        done.append(job)
    jobs.put(None)


def correct():
    jobs, done = queue.Queue(), []
    threads = [threading.Thread(target=work, args=(jobs, done)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for job in (1, 2, None):
        jobs.put(job)
    for thread in threads:
        thread.join()
    assert sorted(done) == [1, 2]
    assert jobs.qsize() == 1
