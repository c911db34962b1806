"""Three threads append to one list without a lock: one append is one step."""

import threading


def correct():
    numbers = []

    def produce(start):
        for number in range(start, start + 2):
            numbers.append(number)  # noqa: PERF402 (one at a time is the subject)

    threads = [threading.Thread(target=produce, args=(start,)) for start in (0, 2, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [0, 1, 2, 3, 4, 5]
