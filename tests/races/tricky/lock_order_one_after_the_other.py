"""Two threads take two locks in opposite orders, but the second starts when the first has ended."""

import threading


def correct():
    left, right, done = threading.Lock(), threading.Lock(), []

    def work(name, first, second):
        with first, second:
            done.append(name)

    for args in (("ann", left, right), ("bob", right, left)):
        thread = threading.Thread(target=work, args=args)
        thread.start()
        thread.join()
    assert done == ["ann", "bob"]
