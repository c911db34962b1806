# fails: test_again
# merge adds to a global: of the last text everything is still in it

from collections import Counter

TOTAL = Counter()


def split(lines, stop, parts):
    return [(lines[number::parts], stop) for number in range(min(parts, len(lines)))]


def run(job):
    lines, stop = job
    return dict(Counter(word for line in lines for word in line.split() if word not in stop))


def merge(results):
    for result in results:
        TOTAL.update(result)
    return dict(TOTAL)
