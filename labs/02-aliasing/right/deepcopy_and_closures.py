# a function that makes functions, and copy.deepcopy

import copy
import threading


def with_item(items, item):
    longer = copy.copy(items)
    longer.append(item)
    return longer


def record(event, log=None):
    if log is None:
        log = []
    log.append(event)
    return log


def for_each(work, items):
    def job(item):
        return lambda: work(item)

    threads = [threading.Thread(target=job(item)) for item in items]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]


def move(stock, lock, item, *, source, target):
    with lock:
        stock[source].remove(item)
        stock[target].append(item)


def snapshot(stock, lock):
    with lock:
        return copy.deepcopy(stock)
