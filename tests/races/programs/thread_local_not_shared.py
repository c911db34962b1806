"""What one task stores in a thread-local, the next one finds only if it runs on the same thread.

login runs on the first worker, fetch on the second, which knows of no token.
"""

import threading
import types
from concurrent.futures import ThreadPoolExecutor


class Client:
    def __init__(self, state):
        self.state = state

    def login(self):
        self.state.token = "secret"

    def fetch(self):
        return f"page for {self.state.token}"


def session(state):
    client = Client(state)
    with ThreadPoolExecutor(max_workers=2) as pool:
        pool.submit(client.login).result()
        assert pool.submit(client.fetch).result() == "page for secret"


def buggy():
    session(threading.local())


def correct():
    session(types.SimpleNamespace())
