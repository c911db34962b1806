"""Two consumers ask whether the queue is empty and then wait for an item that the other one took.

Both see one item; one gets it; the other waits in get for ever.
"""

import queue
import threading


def drain(jobs, done):
    while not jobs.empty():
        done.append(jobs.get())


def drain_at_once(jobs, done):
    while True:
        try:
            done.append(jobs.get_nowait())
        except queue.Empty:
            return


def work_off(drain):
    jobs, done = queue.Queue(), []
    for job in (1, 2):
        jobs.put(job)
    threads = [threading.Thread(target=drain, args=(jobs, done)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [1, 2]


def buggy():
    work_off(drain)


def correct():
    work_off(drain_at_once)
