# fails: test_own_item
# joins each thread before it starts the next one

import threading


def with_item(items, item):
    return [*items, item]


def record(event, log=None):
    if log is None:
        log = []
    log.append(event)
    return log


def for_each(work, items):
    for item in items:
        thread = threading.Thread(target=work, args=(item,))
        thread.start()
        thread.join()


def move(stock, lock, item, *, source, target):
    with lock:
        stock[source].remove(item)
        stock[target].append(item)


def snapshot(stock, lock):
    with lock:
        return {name: list(shelf) for name, shelf in stock.items()}
