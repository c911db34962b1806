"""A daemon waits for its next job for ever, as daemons do; the run is over without it."""

import queue
import threading


def work(jobs):
    while True:
        job, answers = jobs.get()
        answers.put(job * 2)


def correct():
    jobs, answers = queue.Queue(), queue.Queue()
    threading.Thread(target=work, args=(jobs,), daemon=True).start()
    jobs.put((21, answers))
    assert answers.get() == 42
