"""Methods that share their name with one of the file, and are inherited from C all the same."""

import threading

from conclab.explore import together


class Open:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Log:
    def __init__(self):
        self.lines = []

    def append(self, line):
        self.lines.append(line)

    def pop(self):
        return self.lines.pop()

    def update(self, other):
        self.lines.append(other)

    def get(self, _):
        return self.lines[-1]

    def __len__(self):
        return len(self.lines)


class Stack(list):
    def put_if_empty(self, item):
        if self.__len__() == 0:
            self.append(item)


def stack(guard):
    items = Stack()

    def put():
        with guard:
            items.put_if_empty(1)

    together(put, put)
    assert items == [1]


def buggy_list_append():
    stack(Open())


def correct_list_append():
    stack(threading.Lock())


class Counts(dict):
    def add(self, name):
        self.update({name: self.get(name) + 1})


def counts(guard):
    counts = Counts(a=0)

    def add():
        with guard:
            counts.add("a")

    together(add, add)
    assert counts["a"] == 2


def buggy_dict_update():
    counts(Open())


def correct_dict_update():
    counts(threading.Lock())


class Last(list):
    def take(self):
        if self:
            return self.pop()
        return None


def last(guard):
    items = Last([1])

    def take():
        with guard:
            return items.take()

    assert sorted(together(take, take), key=str) == [1, None]


def buggy_list_pop():
    last(Open())


def correct_list_pop():
    last(threading.Lock())


def hidden_function(guard):
    """A name of the file that stands for something else here."""
    items = {"a": 0}
    get, update = items.get, items.update

    def add():
        with guard:
            update({"a": get("a") + 1})

    together(add, add)
    assert items["a"] == 2


def buggy_bound_method():
    hidden_function(Open())


def correct_bound_method():
    hidden_function(threading.Lock())
