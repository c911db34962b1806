# fails: test_own_item
# the lambda looks the item up when the thread runs

import threading


def with_item(items, item):
    return [*items, item]


def record(event, log=None):
    if log is None:
        log = []
    log.append(event)
    return log


def for_each(work, items):
    threads = []
    for item in items:
        thread = threading.Thread(target=lambda: work(item))  # noqa: B023 - the mistake
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()


def move(stock, lock, item, *, source, target):
    with lock:
        stock[source].remove(item)
        stock[target].append(item)


def snapshot(stock, lock):
    with lock:
        return {name: list(shelf) for name, shelf in stock.items()}
