"""Threads write to one list without a lock, each to a slot of its own."""

import threading


def correct():
    squares = [None] * 3

    def work(number):
        squares[number] = number * number

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert squares == [0, 1, 4]
