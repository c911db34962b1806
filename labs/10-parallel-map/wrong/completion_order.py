# fails: test_order
# results in the order in which the calls end

import queue
import threading


def parallel_map(fn, items, limit):
    waiting, done, errors = queue.SimpleQueue(), [], []
    items = list(items)
    for item in items:
        waiting.put(item)

    def hand():
        while True:
            try:
                item = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.append(fn(item))
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=hand) for _ in range(min(limit, len(items)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return done
