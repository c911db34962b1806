"""Reads that look harmless: patterns, texts of containers, truth, spreading arguments."""

# ruff: noqa: PLW0108, UP031, UP032 - each way to make a text

import threading
from queue import Queue, SimpleQueue

from conclab.explore import together


class Open:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Account:
    def __init__(self):
        self.money = {"left": 5, "right": 5}
        self.list = [1, 2]
        self.total = 0


def matched_list(guard):
    account = Account()
    got = []

    def take():
        with guard:
            match account.list:
                case [_, _]:
                    account.list.clear()
                    got.append(1)

    together(take, take)
    assert len(got) == 1


def buggy_match_sequence():
    matched_list(Open())


def correct_match_sequence():
    matched_list(threading.Lock())


def matched_dict(guard):
    jobs = {"job": 1}
    got = []

    def take():
        with guard:
            match jobs:
                case {"job": one}:
                    jobs.clear()
                    got.append(one)

    together(take, take)
    assert len(got) == 1


def buggy_match_mapping():
    matched_dict(Open())


def correct_match_mapping():
    matched_dict(threading.Lock())


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


def matched_class(guard):
    point = Point(0, 0)

    def move():
        with guard:
            point.x = 1
            point.y = 1

    def look():
        with guard:
            match point:
                case Point(x, y):
                    return x, y
        return None

    _, seen = together(move, look)
    assert seen in {(0, 0), (1, 1)}


def buggy_match_class():
    matched_class(Open())


def correct_match_class():
    matched_class(threading.Lock())


def truth(guard):
    items = [1]
    got = []

    def take():
        with guard:
            if bool(items):
                got.append(1)
                del items[:]

    together(take, take)
    assert len(got) == 1


def buggy_bool():
    truth(Open())


def correct_bool():
    truth(threading.Lock())


class Once:
    pass


def attribute_there(guard):
    once = Once()
    made = []

    def make():
        with guard:
            if not hasattr(once, "value"):
                made.append(1)
                once.value = 1

    together(make, make)
    assert len(made) == 1


def buggy_hasattr():
    attribute_there(Open())


def correct_hasattr():
    attribute_there(threading.Lock())


def described(guard, describe):
    pair = [0, 0]

    def change():
        with guard:
            pair[0] = 1
            pair[1] = 1

    def look():
        with guard:
            return describe(pair)

    _, seen = together(change, look)
    assert seen in {"[0, 0]", "[1, 1]"}


def buggy_f_string():
    described(Open(), lambda pair: f"{pair}")


def correct_f_string():
    described(threading.Lock(), lambda pair: f"{pair}")


def buggy_str():
    described(Open(), lambda pair: str(pair))


def correct_str():
    described(threading.Lock(), lambda pair: str(pair))


def buggy_repr():
    described(Open(), lambda pair: repr(pair))


def buggy_format():
    described(Open(), lambda pair: format(pair))


def buggy_percent():
    described(Open(), lambda pair: "%s" % pair)


def correct_percent():
    described(threading.Lock(), lambda pair: "%s" % pair)


def buggy_str_format():
    described(Open(), lambda pair: "{}".format(pair))


def two(one, other):
    return f"[{one}, {other}]"


def buggy_starred():
    described(Open(), lambda pair: two(*pair))


def correct_starred():
    described(threading.Lock(), lambda pair: two(*pair))


def named(one, other):
    return one, other


def keywords(guard):
    pair = {"one": 0, "other": 0}

    def change():
        with guard:
            pair["one"] = 1
            pair["other"] = 1

    def look():
        with guard:
            return named(**pair)

    _, seen = together(change, look)
    assert seen in {(0, 0), (1, 1)}


def buggy_keywords():
    keywords(Open())


def correct_keywords():
    keywords(threading.Lock())


def look_then_act(guard, make, has, take):
    queue = make()
    queue.put(1)
    got = []

    def consume():
        with guard:
            if has(queue):
                got.append(take(queue))

    together(consume, consume)
    assert len(got) == 1


def buggy_simple_queue_empty():
    look_then_act(Open(), SimpleQueue, lambda queue: not queue.empty(), lambda queue: queue.get_nowait())


def correct_simple_queue_empty():
    look_then_act(
        threading.Lock(), SimpleQueue, lambda queue: not queue.empty(), lambda queue: queue.get_nowait()
    )


def buggy_simple_queue_qsize():
    look_then_act(Open(), SimpleQueue, lambda queue: queue.qsize(), lambda queue: queue.get_nowait())


def buggy_queue_empty():
    look_then_act(Open(), Queue, lambda queue: not queue.empty(), lambda queue: queue.get_nowait())


def correct_queue_empty():
    look_then_act(threading.Lock(), Queue, lambda queue: not queue.empty(), lambda queue: queue.get_nowait())


def buggy_queue_qsize():
    look_then_act(Open(), Queue, lambda queue: queue.qsize(), lambda queue: queue.get_nowait())


def queue_full(guard):
    queue = Queue(1)

    def offer():
        with guard:
            if not queue.full():
                queue.put_nowait(1)

    together(offer, offer)


def buggy_queue_full():
    queue_full(Open())


def correct_queue_full():
    queue_full(threading.Lock())
