# fails: test_one_fails
# the exception is caught in the thread, and nobody hears of it

import threading


def parallel_map(fn, items, limit):
    items = list(items)
    results = [None] * len(items)
    places, lock = iter(range(len(items))), threading.Lock()

    def hand():
        while True:
            with lock:
                place = next(places, None)
            if place is None:
                return
            try:
                results[place] = fn(items[place])
            except Exception:
                pass

    threads = [threading.Thread(target=hand) for _ in range(min(limit, len(items)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
