# fails: test_results
# returns the iterator: the pool is shut when it is read, and it is no list

from concurrent.futures import ThreadPoolExecutor


def parallel_map(fn, items, limit):
    with ThreadPoolExecutor(max_workers=limit) as pool:
        return pool.map(fn, items)
