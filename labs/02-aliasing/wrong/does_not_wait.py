# fails: test_own_item
# returns while threads are at work

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
        threading.Thread(target=work, args=(item,)).start()


def move(stock, lock, item, *, source, target):
    with lock:
        stock[source].remove(item)
        stock[target].append(item)


def snapshot(stock, lock):
    with lock:
        return {name: list(shelf) for name, shelf in stock.items()}
