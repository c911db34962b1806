"""The count goes down under the lock, but whether it is 0 is asked outside: two threads are the last.

leave(1) makes it 1; leave(2) makes it 0, sees 0 and closes; leave(1) sees 0 and closes again.
"""

import threading


class Room:
    def __init__(self, people):
        self.people = people
        self.lock = threading.Lock()
        self.closed = []

    def leave(self, name):
        with self.lock:
            self.people -= 1
        if self.people == 0:
            self.closed.append(name)


class TidyRoom(Room):
    def leave(self, name):
        with self.lock:
            self.people -= 1
            last = self.people == 0
        if last:
            self.closed.append(name)


def evening(room):
    threads = [threading.Thread(target=room.leave, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(room.closed) == 1


def buggy():
    evening(Room(2))


def correct():
    evening(TidyRoom(2))
