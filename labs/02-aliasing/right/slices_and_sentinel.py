# slices, +, a sentinel as the default, item=item, acquire and release by hand

import threading


def with_item(items, item):
    return items[:] + [item]  # noqa: RUF005 - as many write it


NONE = object()


def record(event, log=NONE):
    if log is NONE:
        return [event]
    log += [event]
    return log


def for_each(work, items):
    threads = []
    for item in items:
        threads.append(threading.Thread(target=lambda item=item: work(item)))
        threads[-1].start()
    for thread in threads:
        thread.join()


def move(stock, lock, item, *, source, target):
    with lock:
        stock[source].remove(item)
        stock[target].append(item)


def snapshot(stock, lock):
    lock.acquire()
    try:
        found = stock.copy()
        for name in found:
            found[name] = found[name][:]
    finally:
        lock.release()
    return found
