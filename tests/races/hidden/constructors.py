"""Objects that others know before their constructor has come to its end, or that are made twice."""

# ruff: noqa: RUF012, PERF101 - as people write it

import threading

from conclab.explore import together


class Open:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Worker:
    def __init__(self):
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        raise NotImplementedError


class Early(Worker):
    def __init__(self):
        super().__init__()
        self.limit = 3

    def work(self):
        self.seen = self.limit


class InTime(Worker):
    def __init__(self):
        self.limit = 3
        super().__init__()

    def work(self):
        self.seen = self.limit


def buggy_super_starts():
    Early().thread.join()


def correct_super_starts():
    worker = InTime()
    worker.thread.join()
    assert worker.seen == 3


class Registered:
    known = []

    def __init__(self):
        Registered.known.append(self)


class Named(Registered):
    def __init__(self, name):
        Registered.__init__(self)
        self.name = name


class NamedFirst(Registered):
    def __init__(self, name):
        self.name = name
        Registered.__init__(self)


def registry(kind):
    Registered.known = []

    def names():
        return [one.name for one in Registered.known]

    together(lambda: kind("a"), names)


def buggy_base_registers():
    registry(Named)


def correct_base_registers():
    registry(NamedFirst)


class Tally:
    def __init__(self, start=0):
        self.one = start
        self.other = start


def reset(guard):
    tally = Tally()

    def again():
        with guard:
            tally.__init__(1)

    def look():
        with guard:
            return tally.one, tally.other

    _, seen = together(again, look)
    assert seen in {(0, 0), (1, 1)}


def buggy_init_again():
    reset(Open())


def correct_init_again():
    reset(threading.Lock())


class Hooked:
    def __init__(self, hook):
        hook(self)
        self.ready = True


def hooked(late):
    shown = []

    def make():
        if late:
            shown.append(Hooked(id))
        else:
            Hooked(shown.append)

    def look():
        for one in list(shown):
            assert one.ready

    together(make, look)


def buggy_hook():
    hooked(late=False)


def correct_hook():
    hooked(late=True)
