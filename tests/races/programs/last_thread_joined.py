"""Only the thread that was started last is joined, as if the others must have ended before it.

count("b") ends while count("a") has not stored its number; the sum lacks it.
"""

import threading


def join_last(threads):
    threads[-1].join()


def join_all(threads):
    for thread in threads:
        thread.join()


def poll(join):
    votes = {}

    def count(district, number):
        votes[district] = number

    threads = [threading.Thread(target=count, args=row) for row in (("a", 10), ("b", 20))]
    for thread in threads:
        thread.start()
    join(threads)
    total = sum(votes.values())
    join_all(threads)
    assert total == 30


def buggy():
    poll(join_last)


def correct():
    poll(join_all)
