# fails: test_none_left
# waits for the items, not for the threads: they wait for more

import queue
import threading


def parallel_map(fn, items, limit):
    items = list(items)
    results, errors = [None] * len(items), []
    waiting = queue.Queue()

    def hand():
        while True:
            place = waiting.get()
            try:
                results[place] = fn(items[place])
            except Exception as error:
                errors.append(error)
            finally:
                waiting.task_done()

    for _ in range(limit):
        threading.Thread(target=hand, daemon=True).start()
    for place in range(len(items)):
        waiting.put(place)
    waiting.join()
    if errors:
        raise errors[0]
    return results
