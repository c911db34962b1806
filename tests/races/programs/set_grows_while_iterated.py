"""One thread walks over a set while another adds to it: RuntimeError.

broadcast has served client 1; connect adds client 3; the next step of the loop raises.
"""

import contextlib
import threading


class Server:
    def __init__(self, guard):
        self.guard = guard
        self.clients = {1, 2}
        self.sent = []

    def connect(self, client):
        with self.guard:
            self.clients.add(client)

    def broadcast(self):
        with self.guard:
            for client in self.clients:
                self.sent.append(client)


def run(guard):
    server = Server(guard)
    threads = [
        threading.Thread(target=server.broadcast),
        threading.Thread(target=server.connect, args=(3,)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(server.sent) in ([1, 2], [1, 2, 3])


def buggy():
    run(contextlib.nullcontext())


def correct():
    run(threading.Lock())
