# a pool with a thread for each item

from concurrent.futures import ThreadPoolExecutor


def with_item(items, item):
    longer = list(items)
    longer.extend((item,))
    return longer


def record(event, log=None):
    if log is None:
        log = []
    log.append(event)
    return log


def for_each(work, items):
    with ThreadPoolExecutor(max(1, len(items))) as pool:
        list(pool.map(work, items))


def move(stock, lock, item, *, source, target):
    with lock:
        stock[source].remove(item)
        stock[target].append(item)


def snapshot(stock, lock):
    with lock:
        return {name: list(shelf) for name, shelf in stock.items()}
