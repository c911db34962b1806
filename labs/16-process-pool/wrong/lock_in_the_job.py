# fails: test_plain
# a lock in each job: it belongs to one process, and cannot be pickled

import threading
from collections import Counter


def split(lines, stop, parts):
    lock = threading.Lock()
    return [(lines[number::parts], stop, lock) for number in range(min(parts, len(lines)))]


def run(job):
    lines, stop, lock = job
    with lock:
        return dict(Counter(word for line in lines for word in line.split() if word not in stop))


def merge(results):
    counts = Counter()
    for result in results:
        counts.update(result)
    return dict(counts)
