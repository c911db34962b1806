# fails: test_plain
# the result has a lambda inside: it cannot be pickled on its way back

from collections import Counter, defaultdict


def split(lines, stop, parts):
    return [(lines[number::parts], stop) for number in range(min(parts, len(lines)))]


def run(job):
    lines, stop = job
    counts = defaultdict(lambda: 0)
    for line in lines:
        for word in line.split():
            if word not in stop:
                counts[word] += 1
    return counts


def merge(results):
    counts = Counter()
    for result in results:
        counts.update(result)
    return dict(counts)
