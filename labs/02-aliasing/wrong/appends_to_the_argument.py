# fails: test_with_item
# changes the list of the caller

import threading


def with_item(items, item):
    items.append(item)
    return items


def record(event, log=None):
    if log is None:
        log = []
    log.append(event)
    return log


def for_each(work, items):
    threads = [threading.Thread(target=work, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def move(stock, lock, item, *, source, target):
    with lock:
        stock[source].remove(item)
        stock[target].append(item)


def snapshot(stock, lock):
    with lock:
        return {name: list(shelf) for name, shelf in stock.items()}
