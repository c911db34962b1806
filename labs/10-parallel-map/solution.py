"""The builtin `map`, with several calls under way at once."""

import threading


def parallel_map(fn, items, limit):
    """Call fn(item) for each item, in `limit` threads at most; return the results, in order of items.

    If a call raises, that exception is raised here. Either way every thread has ended by then.
    """
    # BEGIN SOLUTION
    items = list(items)
    results, errors = [None] * len(items), []
    places, lock = iter(range(len(items))), threading.Lock()

    def hand():
        while True:
            with lock:
                place = None if errors else next(places, None)
            if place is None:
                return
            try:
                results[place] = fn(items[place])
            except BaseException as error:
                errors.append(error)

    threads = [threading.Thread(target=hand) for _ in range(min(limit, len(items)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
    # END SOLUTION
