"""Whose turn it is is read and moved on in two steps: two requests go to one server.

Both threads read the first server before either of them rotates the ring.
"""

import contextlib
import threading
from collections import deque


class Ring:
    def __init__(self, guard):
        self.guard = guard
        self.servers = deque(["east", "west"])

    def next_server(self):
        with self.guard:
            server = self.servers[0]
            self.servers.rotate(-1)
            return server


def balance(guard):
    ring, used = Ring(guard), []
    threads = [threading.Thread(target=lambda: used.append(ring.next_server())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(used) == ["east", "west"]


def buggy():
    balance(contextlib.nullcontext())


def correct():
    balance(threading.Lock())
