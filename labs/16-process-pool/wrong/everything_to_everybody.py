# fails: test_own_lines
# every job carries all lines, and the numbers of its own

from collections import Counter


def split(lines, stop, parts):
    return [(lines, number, parts, stop) for number in range(min(parts, len(lines)))]


def run(job):
    lines, number, parts, stop = job
    return dict(Counter(word for line in lines[number::parts] for word in line.split() if word not in stop))


def merge(results):
    counts = Counter()
    for result in results:
        counts.update(result)
    return dict(counts)
