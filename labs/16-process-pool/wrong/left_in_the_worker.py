# fails: test_same_worker
# counts in a global of the worker: the next job finds what the last one left

from collections import Counter

COUNTS = Counter()


def split(lines, stop, parts):
    COUNTS.clear()
    return [(lines[number::parts], stop) for number in range(min(parts, len(lines)))]


def run(job):
    lines, stop = job
    COUNTS.update(word for line in lines for word in line.split() if word not in stop)
    return dict(COUNTS)


def merge(results):
    counts = Counter()
    for result in results:
        counts.update(result)
    return dict(counts)
