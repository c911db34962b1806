# fails: test_adds
# a plain dict.update: of a word in two parts the last count is kept

from collections import Counter


def split(lines, stop, parts):
    return [(lines[number::parts], stop) for number in range(min(parts, len(lines)))]


def run(job):
    lines, stop = job
    return dict(Counter(word for line in lines for word in line.split() if word not in stop))


def merge(results):
    counts = {}
    for result in results:
        counts.update(result)
    return counts
