# fails: test_other_process
# split puts the stop words into a global: in another process that is empty

from collections import Counter

STOP = set()


def split(lines, stop, parts):
    STOP.clear()
    STOP.update(stop)
    return [lines[number::parts] for number in range(min(parts, len(lines)))]


def run(job):
    return dict(Counter(word for line in job for word in line.split() if word not in STOP))


def merge(results):
    counts = Counter()
    for result in results:
        counts.update(result)
    return dict(counts)
