"""The "done" flag is set before the work is done: the second caller goes on without the result.

connect(1) sets the flag; connect(2) sees it and uses the session, which is None.
"""

import threading


class Client:
    def __init__(self):
        self.connected = False
        self.session = None
        self.used = []

    def connect(self):
        if self.connected:
            return
        self.connected = True
        self.session = "session"

    def call(self):
        self.connect()
        self.used.append(self.session.upper())


class LockedClient(Client):
    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def connect(self):
        with self.lock:
            super().connect()


def talk(client):
    threads = [threading.Thread(target=client.call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.used == ["SESSION", "SESSION"]


def buggy():
    talk(Client())


def correct():
    talk(LockedClient())
