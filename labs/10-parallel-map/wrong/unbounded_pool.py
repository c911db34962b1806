# fails: test_limit
# the pool is as large as the list: the limit is ignored

from concurrent.futures import ThreadPoolExecutor


def parallel_map(fn, items, limit):
    items = list(items)
    with ThreadPoolExecutor(max_workers=len(items) or 1) as pool:
        return list(pool.map(fn, items))
