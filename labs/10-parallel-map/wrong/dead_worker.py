# fails: test_all_fail
# a worker that raises is gone without task_done, and queue.join waits for it for ever

import queue
import threading


def parallel_map(fn, items, limit):
    items = list(items)
    results = [None] * len(items)
    waiting = queue.Queue()
    for place in range(len(items)):
        waiting.put(place)
    for _ in range(limit):
        waiting.put(None)

    def hand():
        while (place := waiting.get()) is not None:
            results[place] = fn(items[place])
            waiting.task_done()
        waiting.task_done()

    threads = [threading.Thread(target=hand) for _ in range(limit)]
    for thread in threads:
        thread.start()
    waiting.join()
    for thread in threads:
        thread.join()
    return results
