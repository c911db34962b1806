"""Count words in several processes: split the lines into jobs, run each somewhere else, merge the results.

A word is what str.split finds between spaces. Stop words are not counted.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


def split(lines, stop, parts):
    """Return a list of at most `parts` jobs: as many as possible, about equally large, none without a line.

    Each line is in one job. A job is plain data, for it travels: numbers, texts, lists, tuples, sets, dicts.
    """
    # BEGIN SOLUTION
    return [(lines[number::parts], stop) for number in range(min(parts, len(lines)))]
    # END SOLUTION


def run(job):
    """Carry out one job, in whatever process: return the counts of its words, as plain data."""
    # BEGIN SOLUTION
    lines, stop = job
    counts = {}
    for line in lines:
        for word in line.split():
            if word not in stop:
                counts[word] = counts.get(word, 0) + 1
    return counts
    # END SOLUTION


def merge(results):
    """Return the counts of all words as a dict, from what run returned for each job."""
    # BEGIN SOLUTION
    counts = {}
    for result in results:
        for word, count in result.items():
            counts[word] = counts.get(word, 0) + count
    return counts
    # END SOLUTION


def count(lines, stop, parts):
    """All together, in a pool of your own. This is finished; try it: python solution.py"""
    # spawn: a process that begins with nothing, as on macOS and Windows. fork would copy your globals.
    with ProcessPoolExecutor(parts, mp_context=get_context("spawn")) as pool:
        return merge(list(pool.map(run, split(lines, stop, parts))))


if __name__ == "__main__":
    print(count(["to be or not to be", "that is the question", "to sleep"], ["the", "or"], 2))
