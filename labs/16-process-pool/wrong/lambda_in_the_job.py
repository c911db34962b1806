# fails: test_plain
# a job is a function of its own: it cannot be pickled

from collections import Counter


def split(lines, stop, parts):
    def job_of(part):
        return lambda: [word for line in part for word in line.split() if word not in stop]

    return [job_of(lines[number::parts]) for number in range(min(parts, len(lines)))]


def run(job):
    return dict(Counter(job()))


def merge(results):
    counts = Counter()
    for result in results:
        counts.update(result)
    return dict(counts)
