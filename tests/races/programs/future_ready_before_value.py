"""A home-made future says that it is ready before the value is in it.

resolve sets the event; result wakes and returns None; resolve stores 42.
"""

import threading


class Promise:
    def __init__(self):
        self.ready = threading.Event()
        self.value = None

    def resolve(self, value):
        self.ready.set()
        self.value = value

    def result(self):
        self.ready.wait()
        return self.value


class FilledPromise(Promise):
    def resolve(self, value):
        self.value = value
        self.ready.set()


def ask(promise):
    answers = []
    asker = threading.Thread(target=lambda: answers.append(promise.result()))
    solver = threading.Thread(target=promise.resolve, args=(42,))
    asker.start()
    solver.start()
    asker.join()
    solver.join()
    assert answers == [42]


def buggy():
    ask(Promise())


def correct():
    ask(FilledPromise())
