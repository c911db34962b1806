# a pool with a thread for each item

import threading


def with_item(items, item):
    return list(items) + [item]


def record(event, log=None):
    if log is None:
        log = []
    log.append(event)
    return log


def for_each(work, items):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max(1, len(items))) as pool:
        list(pool.map(work, items))


def move(stock, lock, item, *, source, target):
    with lock:
        stock[source].remove(item)
        stock[target].append(item)


def snapshot(stock, lock):
    with lock:
        return {name: list(shelf) for name, shelf in stock.items()}
