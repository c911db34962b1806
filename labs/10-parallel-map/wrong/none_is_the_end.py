# fails: test_any_item
# None means "no more items", and may be an item

import queue
import threading


def parallel_map(fn, items, limit):
    items = list(items)
    results, errors = [None] * len(items), []
    waiting = queue.Queue()
    for pair in enumerate(items):
        waiting.put(pair)
    for _ in range(limit):
        waiting.put((None, None))

    def hand():
        while True:
            place, item = waiting.get()
            if item is None:
                return
            try:
                results[place] = fn(item)
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=hand) for _ in range(limit)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
