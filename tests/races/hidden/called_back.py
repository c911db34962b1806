"""Python functions that C code calls: between its look and its store, another thread has its turn."""

# ruff: noqa: C417 - a callback is the point

import functools
import re
import threading
from collections import defaultdict

from conclab.explore import together


class Box:
    def __init__(self):
        self.made = []


def factory_of_a_defaultdict(guard):
    """That both make one is true everywhere; that one of the two is lost, only before 3.14."""
    box = Box()

    def fresh_list():
        box.made.append([])
        return []

    groups = defaultdict(fresh_list)

    def add(value):
        with guard:
            groups["key"].append(value)

    together(lambda: add(1), lambda: add(2))
    assert len(box.made) == 1


def buggy_factory():
    factory_of_a_defaultdict(Open())


def correct_factory():
    factory_of_a_defaultdict(threading.Lock())


def correct_factory_in_c():
    groups = defaultdict(list)
    together(lambda: groups["key"].append(1), lambda: groups["key"].append(2))
    assert sorted(groups["key"]) == [1, 2]


class Missing(dict):
    def __missing__(self, key):
        self[key] = made = [key]
        return made


def missing_key(guard):
    known = Missing()

    def get():
        with guard:
            return known["key"]

    one, other = together(get, get)
    assert one is other


def buggy_missing():
    missing_key(Open())


def correct_missing():
    missing_key(threading.Lock())


def cached(guard):
    @functools.cache
    def connection():
        return object()

    def get():
        with guard:
            return connection()

    one, other = together(get, get)
    assert one is other


def buggy_cache():
    cached(Open())


def correct_cache():
    cached(threading.Lock())


def cached_after(guard):
    @functools.lru_cache(maxsize=4)
    def square(number):
        return number * number

    def get():
        with guard:
            return square(3)

    assert together(get, get) == [9, 9]


def correct_lru_cache_computed_twice():
    cached_after(Open())


class Lazy:
    @functools.cached_property
    def value(self):
        return object()


def lazy(guard):
    it = Lazy()

    def get():
        with guard:
            return it.value

    one, other = together(get, get)
    assert one is other


def correct_cached_property():
    lazy(threading.Lock())


def second(pair):
    return pair[1]


def sort_key(guard):
    pairs = [("a", 2), ("b", 1)]

    def sort():
        with guard:
            pairs.sort(key=second)

    def look():
        with guard:
            return len(pairs)

    _, seen = together(sort, look)
    assert seen == 2


def buggy_sort_key():
    sort_key(Open())


def correct_sort_key():
    sort_key(threading.Lock())


def max_key(guard):
    scores = {"a": 1, "b": 2}

    def best():
        with guard:
            return max(scores, key=lambda name: scores[name])

    def drop():
        with guard:
            del scores["a"]

    together(best, drop)


def buggy_max_key():
    max_key(Open())


def correct_max_key():
    max_key(threading.Lock())


def mapped(guard):
    numbers = {1: 1, 2: 2}

    def total():
        with guard:
            return sum(map(lambda key: key + 1, numbers))

    def add():
        with guard:
            numbers[3] = 3

    together(total, add)


def buggy_map():
    mapped(Open())


def correct_map():
    mapped(threading.Lock())


def filtered(guard):
    numbers = {1: 1, 2: 2}

    def odd():
        with guard:
            return list(filter(lambda key: key % 2, numbers))

    def add():
        with guard:
            numbers[3] = 3

    together(odd, add)


def buggy_filter():
    filtered(Open())


def correct_filter():
    filtered(threading.Lock())


def counted(guard):
    box = Box()

    def number(match):
        box.made = [*box.made, match[0]]
        return "x"

    def replace():
        with guard:
            re.sub("a", number, "a")

    together(replace, replace)
    assert len(box.made) == 2


def buggy_re_sub():
    counted(Open())


def correct_re_sub():
    counted(threading.Lock())


def reduced(guard):
    numbers = {1, 2, 3}

    def product():
        with guard:
            return functools.reduce(lambda one, other: one * other, numbers)

    def add():
        with guard:
            numbers.add(5)

    together(product, add)


def buggy_reduce():
    reduced(Open())


def correct_reduce():
    reduced(threading.Lock())


def drawn_from_one_generator(guard):
    def numbers():
        yield 1
        yield 2

    source = numbers()

    def draw():
        with guard:
            return next(source)

    assert sorted(together(draw, draw)) == [1, 2]


def buggy_generator():
    drawn_from_one_generator(Open())


def correct_generator():
    drawn_from_one_generator(threading.Lock())


def looped_over_one_generator(guard):
    source = (number for number in range(3))
    seen = []

    def take():
        while True:
            with guard:
                number = next(source, None)
            if number is None:
                return
            seen.append(number)

    together(take, take)
    assert sorted(seen) == [0, 1, 2]


def buggy_generator_expression():
    looped_over_one_generator(Open())


def correct_generator_expression():
    looped_over_one_generator(threading.Lock())


class Key:
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return hash(self.name)

    def __eq__(self, other):
        return self.name == other.name


def keys_that_compare(guard):
    ages = {Key("a"): 1}

    def birthday():
        with guard:
            ages[Key("a")] = ages.get(Key("a"), 0) + 1

    together(birthday, birthday)
    assert ages[Key("a")] == 3


def buggy_key_hashes():
    keys_that_compare(Open())


def correct_key_hashes():
    keys_that_compare(threading.Lock())


class Open:
    """In the place of a lock, and none."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None
