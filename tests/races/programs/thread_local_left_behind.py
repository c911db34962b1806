"""A pool thread keeps its thread-local value from one task to the next.

ann's task runs first and leaves her name on the thread; the guest's task is greeted as ann.
"""

import threading
from concurrent.futures import ThreadPoolExecutor


class Greeter:
    def __init__(self):
        self.local = threading.local()

    def greet(self, user):
        if user:
            self.local.user = user
        return f"hello {getattr(self.local, 'user', 'guest')}"


class TidyGreeter(Greeter):
    def greet(self, user):
        try:
            return super().greet(user)
        finally:
            self.local.__dict__.clear()


def serve(greeter):
    answers = {}
    with ThreadPoolExecutor(max_workers=1) as pool:

        def request(user):
            answers[user] = pool.submit(greeter.greet, user).result()

        clients = [threading.Thread(target=request, args=(user,)) for user in ("", "ann")]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
    assert answers == {"": "hello guest", "ann": "hello ann"}


def buggy():
    serve(Greeter())


def correct():
    serve(TidyGreeter())
