# fails: test_always_busy
# sequential: starts a thread and waits for it before it starts the next one

import threading


def parallel_map(fn, items, limit):
    results, errors = [], []

    def one(item):
        try:
            results.append(fn(item))
        except Exception as error:
            errors.append(error)

    for item in items:
        thread = threading.Thread(target=one, args=(item,))
        thread.start()
        thread.join()
        if errors:
            raise errors[0]
    return results
