# fails: test_limit
# a thread for each item; the semaphore limits the calls, not the threads

import threading


def parallel_map(fn, items, limit):
    items = list(items)
    results, errors = [None] * len(items), []
    places = threading.Semaphore(limit)

    def one(place):
        with places:
            try:
                results[place] = fn(items[place])
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(items))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
