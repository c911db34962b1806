"""Two threads take two locks in opposite orders, but only ever under a third: no deadlock."""

import threading


def correct():
    gate, left, right, done = threading.Lock(), threading.Lock(), threading.Lock(), []

    def work(name, first, second):
        with gate, first, second:
            done.append(name)

    threads = [
        threading.Thread(target=work, args=("ann", left, right)),
        threading.Thread(target=work, args=("bob", right, left)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["ann", "bob"]
