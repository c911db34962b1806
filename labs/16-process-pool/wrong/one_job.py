# fails: test_shares
# one job with everything: sequential, in another process

from collections import Counter


def split(lines, stop, parts):
    return [(lines, stop)] if lines else []


def run(job):
    lines, stop = job
    return dict(Counter(word for line in lines for word in line.split() if word not in stop))


def merge(results):
    counts = Counter()
    for result in results:
        counts.update(result)
    return dict(counts)
