"""Three threads take three locks two at a time, and the pairs form a circle.

Each thread takes its first lock, then each waits for the lock that the next one holds.
"""

import threading


def build(first, second, made):
    with first, second:
        made.append(threading.current_thread().name)


def workshop(pairs):
    tools = {name: threading.Lock() for name in ("saw", "glue", "drill")}
    made = []
    threads = [
        threading.Thread(target=build, args=(tools[first], tools[second], made), name=f"{first}+{second}")
        for first, second in pairs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 3


def buggy():
    workshop([("saw", "glue"), ("glue", "drill"), ("drill", "saw")])


def correct():
    workshop([("saw", "glue"), ("glue", "drill"), ("saw", "drill")])
