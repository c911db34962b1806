"""Workers mark each job as done, the main thread joins the queue and then sends one sentinel for each."""

import queue
import threading


def work(jobs, done):
    while (job := jobs.get()) is not None:
        done.append(job)
        jobs.task_done()


def correct():
    jobs, done = queue.Queue(maxsize=1), []
    threads = [threading.Thread(target=work, args=(jobs, done)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for job in (1, 2, 3):
        jobs.put(job)
    jobs.join()
    assert sorted(done) == [1, 2, 3]
    for _ in threads:
        jobs.put(None)
    for thread in threads:
        thread.join()
