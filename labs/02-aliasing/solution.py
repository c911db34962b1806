"""Which names stand for the same object, and who changes it."""

import threading


def with_item(items, item):
    """Return a new list: the items, and this one after them. The list of the caller stays as it is."""
    # BEGIN SOLUTION
    return [*items, item]
    # END SOLUTION


# BEGIN SOLUTION: def record(event, log=[]):
def record(event, log=None):
    # END SOLUTION
    """Append the event to the log and return that same log. Whoever gives none gets a new one."""
    # BEGIN SOLUTION
    if log is None:
        log = []
    log.append(event)
    return log
    # END SOLUTION


def for_each(work, items):
    """Call work(item) for each item, each in a thread of its own, all at once; return when all have ended."""
    # BEGIN SOLUTION
    threads = [threading.Thread(target=work, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # END SOLUTION


def move(stock, lock, item, *, source, target):
    """Move an item from one shelf to another. This one is finished."""
    with lock:
        stock[source].remove(item)
        stock[target].append(item)


def snapshot(stock, lock):
    """Return the stock as it was at one moment: a dict of lists that nobody else has.

    `stock` is a dict of shelves, each is a list. Whoever changes it has the lock, as in `move`.
    """
    # BEGIN SOLUTION
    with lock:
        return {name: list(shelf) for name, shelf in stock.items()}
    # END SOLUTION
