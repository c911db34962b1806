# fails: test_always_busy
# the next batch waits for the slowest of the one before

import threading


def parallel_map(fn, items, limit):
    items = list(items)
    results, errors = [None] * len(items), []

    def one(place):
        try:
            results[place] = fn(items[place])
        except Exception as error:
            errors.append(error)

    for start in range(0, len(items), limit):
        batch = range(start, min(start + limit, len(items)))
        threads = [threading.Thread(target=one, args=(place,)) for place in batch]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    return results
