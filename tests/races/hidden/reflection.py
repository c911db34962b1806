"""Attributes and globals that are reached by other ways than their names."""

# ruff: noqa: B009, B010 - reflection is the point

import operator
import threading

from conclab.explore import together

n = 0
m = 0
k = 0


class Open:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Box:
    def __init__(self):
        self.count = 0


class Slots:
    __slots__ = ("count",)

    def __init__(self):
        self.count = 0


def twice(guard, step, value):
    def once():
        with guard:
            step()

    together(once, once)
    assert value() == 2


def by_exec(guard):
    space = {"n": 0}
    twice(guard, lambda: exec("n += 1", space), lambda: space["n"])


def buggy_exec():
    by_exec(Open())


def correct_exec():
    by_exec(threading.Lock())


def by_exec_here(guard):
    twice(guard, lambda: exec("k = k + 1", globals()), lambda: k)


def buggy_exec_in_globals():
    by_exec_here(Open())


def correct_exec_in_globals():
    by_exec_here(threading.Lock())


def of_exec(guard):
    space = {"n": 0}
    exec("def add():\n    global n\n    n += 1\n", space)
    twice(guard, space["add"], lambda: space["n"])


def buggy_function_of_exec():
    of_exec(Open())


def correct_function_of_exec():
    of_exec(threading.Lock())


def by_globals(guard):
    def add():
        globals()["n"] += 1

    twice(guard, add, lambda: n)


def buggy_globals():
    by_globals(Open())


def correct_globals():
    by_globals(threading.Lock())


def check_by_globals(guard):
    taken = []

    def take():
        with guard:
            if m == 0:
                globals()["m"] = 1
                taken.append(1)

    together(take, take)
    assert len(taken) == 1


def buggy_global_checked():
    check_by_globals(Open())


def correct_global_checked():
    check_by_globals(threading.Lock())


def by_vars(guard):
    box = Box()

    def add():
        vars(box)["count"] += 1

    twice(guard, add, lambda: box.count)


def buggy_vars():
    by_vars(Open())


def correct_vars():
    by_vars(threading.Lock())


def by_dict(guard):
    box = Box()

    def add():
        box.__dict__["count"] = box.__dict__["count"] + 1

    twice(guard, add, lambda: box.count)


def buggy_dict():
    by_dict(Open())


def correct_dict():
    by_dict(threading.Lock())


def by_dict_and_name(guard):
    box = Box()

    def add():
        box.__dict__["count"] = box.count + 1

    twice(guard, add, lambda: box.count)


def buggy_dict_and_name():
    by_dict_and_name(Open())


def correct_dict_and_name():
    by_dict_and_name(threading.Lock())


def by_dict_update(guard):
    box = Box()

    def add():
        box.__dict__.update(count=box.count + 1)

    twice(guard, add, lambda: box.count)


def buggy_dict_update():
    by_dict_update(Open())


def correct_dict_update():
    by_dict_update(threading.Lock())


def by_setattr(guard, kind):
    box = kind()

    def add():
        setattr(box, "count", getattr(box, "count") + 1)

    twice(guard, add, lambda: box.count)


def buggy_setattr():
    by_setattr(Open(), Box)


def correct_setattr():
    by_setattr(threading.Lock(), Box)


def buggy_setattr_slots():
    by_setattr(Open(), Slots)


def correct_setattr_slots():
    by_setattr(threading.Lock(), Slots)


def by_object_setattr(guard):
    box = Box()

    def add():
        object.__setattr__(box, "count", box.count + 1)

    twice(guard, add, lambda: box.count)


def buggy_object_setattr():
    by_object_setattr(Open())


def correct_object_setattr():
    by_object_setattr(threading.Lock())


def by_delattr(guard):
    box = Box()

    def drop():
        with guard:
            if "count" in vars(box):
                delattr(box, "count")

    together(drop, drop)


def buggy_delattr():
    by_delattr(Open())


def correct_delattr():
    by_delattr(threading.Lock())


def by_operator(guard):
    box = Box()

    def add():
        box.count = operator.iadd(box.count, 1)

    twice(guard, add, lambda: box.count)


def buggy_operator():
    by_operator(Open())


def correct_operator():
    by_operator(threading.Lock())


def by_getter(guard):
    box = Box()
    get = operator.attrgetter("count")

    def add():
        box.count = get(box) + 1

    twice(guard, add, lambda: box.count)


def buggy_attrgetter():
    by_getter(Open())


def correct_attrgetter():
    by_getter(threading.Lock())


def by_setitem(guard):
    counts = {"a": 0}

    def add():
        operator.setitem(counts, "a", operator.getitem(counts, "a") + 1)

    twice(guard, add, lambda: counts["a"])


def buggy_setitem():
    by_setitem(Open())


def correct_setitem():
    by_setitem(threading.Lock())
