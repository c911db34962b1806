"""dict.setdefault looks and stores in one step: all threads get the same lock for the same key."""

import threading


class Rooms:
    def __init__(self):
        self.locks = {}
        self.guests = {101: 0}

    def enter(self, number):
        with self.locks.setdefault(number, threading.Lock()):
            self.guests[number] += 1


def correct():
    rooms = Rooms()
    threads = [threading.Thread(target=rooms.enter, args=(101,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rooms.guests == {101: 2}
