"""Classes and functions of the standard library that are written in Python: not one step, but many."""

import bisect
import collections
import contextlib
import copy
import dataclasses
import heapq
import itertools
import threading

from conclab.explore import together


class Open:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def guarded(guard, *steps):
    def one(step):
        def run():
            with guard:
                return step()

        return run

    return together(*map(one, steps))


def subtract(guard):
    counts = collections.Counter(a=5)
    guarded(guard, lambda: counts.subtract(a=1), lambda: counts.subtract(a=1))
    assert counts["a"] == 3


def buggy_counter_subtract():
    subtract(Open())


def correct_counter_subtract():
    subtract(threading.Lock())


def update(guard):
    counts = collections.Counter(a=5)
    guarded(guard, lambda: counts.update({"a": 1}), lambda: counts.update({"a": 1}))
    assert counts["a"] == 7


def buggy_counter_update():
    update(Open())


def correct_counter_update():
    update(threading.Lock())


def user_dict(guard):
    ages = collections.UserDict(a=0)

    def add():
        ages["a"] += 1

    guarded(guard, add, add)
    assert ages["a"] == 2


def buggy_user_dict():
    user_dict(Open())


def correct_user_dict():
    user_dict(threading.Lock())


def user_dict_setdefault(guard):
    ages = collections.UserDict()
    guarded(guard, lambda: ages.setdefault("a", []).append(1), lambda: ages.setdefault("a", []).append(2))
    assert sorted(ages["a"]) == [1, 2]


def buggy_user_dict_setdefault():
    user_dict_setdefault(Open())


def correct_user_dict_setdefault():
    user_dict_setdefault(threading.Lock())


def user_dict_pop(guard):
    ages = collections.UserDict(a=1)
    got = guarded(guard, lambda: ages.pop("a", None), lambda: ages.pop("a", None))
    assert sorted(got, key=str) == [1, None]


def buggy_user_dict_pop():
    user_dict_pop(Open())


def correct_user_dict_pop():
    user_dict_pop(threading.Lock())


def user_list(guard):
    numbers = collections.UserList([0])

    def add():
        numbers[0] += 1

    guarded(guard, add, add)
    assert numbers[0] == 2


def buggy_user_list():
    user_list(Open())


def correct_user_list():
    user_list(threading.Lock())


def correct_user_list_append():
    numbers = collections.UserList()
    together(lambda: numbers.append(1), lambda: numbers.append(2))
    assert sorted(numbers) == [1, 2]


def chain_map(guard):
    chain = collections.ChainMap({"a": 0})

    def add():
        chain["a"] = chain["a"] + 1

    guarded(guard, add, add)
    assert chain["a"] == 2


def buggy_chain_map():
    chain_map(Open())


def correct_chain_map():
    chain_map(threading.Lock())


class Pair:
    def __init__(self):
        self.one = [0]
        self.other = [0]


def deep_copy(guard):
    pair = {"one": [0], "other": [0]}

    def change():
        pair["one"][0] = 1
        pair["other"][0] = 1

    _, seen = guarded(guard, change, lambda: copy.deepcopy(pair))
    assert seen["one"] == seen["other"]


def buggy_deepcopy():
    deep_copy(Open())


def correct_deepcopy():
    deep_copy(threading.Lock())


def deep_copy_grows(guard):
    ages = {"a": [1], "b": [2]}

    def grow():
        ages["c"] = [3]

    guarded(guard, grow, lambda: copy.deepcopy(ages))


def buggy_deepcopy_grows():
    deep_copy_grows(Open())


def correct_deepcopy_grows():
    deep_copy_grows(threading.Lock())


def correct_shallow_copy():
    """A copy of a dict is one step of C code."""
    ages = {"a": 1, "b": 2}

    def grow():
        ages["c"] = 3

    together(grow, lambda: copy.copy(ages))


def ordered(guard):
    order = collections.OrderedDict(a=1, b=2)

    def drop():
        del order["a"]

    def touch():
        if "a" in order:
            order.move_to_end("a")

    guarded(guard, drop, touch)


def buggy_move_to_end():
    ordered(Open())


def correct_move_to_end():
    ordered(threading.Lock())


def heap(guard):
    jobs = [1]

    def take():
        return heapq.heappop(jobs) if jobs else None

    assert sorted(guarded(guard, take, take), key=str) == [1, None]


def buggy_heappop():
    heap(Open())


def correct_heappop():
    heap(threading.Lock())


def correct_heappush():
    jobs = []
    together(lambda: heapq.heappush(jobs, 1), lambda: heapq.heappush(jobs, 2))
    assert jobs == [1, 2]


def sorted_insert(guard):
    numbers = [1, 5]

    def add(number):
        numbers.insert(bisect.bisect(numbers, number), number)

    guarded(guard, lambda: add(3), lambda: add(2))
    assert numbers == [1, 2, 3, 5]


def buggy_bisect():
    sorted_insert(Open())


def correct_bisect():
    sorted_insert(threading.Lock())


def correct_insort():
    numbers = [1, 5]
    together(lambda: bisect.insort(numbers, 3), lambda: bisect.insort(numbers, 2))
    assert numbers == [1, 2, 3, 5]


@dataclasses.dataclass
class Spot:
    x: int = 0
    y: int = 0


def replaced(guard):
    spot = Spot()

    def move():
        spot.x = 1
        spot.y = 1

    _, seen = guarded(guard, move, lambda: dataclasses.replace(spot))
    assert seen.x == seen.y


def buggy_replace():
    replaced(Open())


def correct_replace():
    replaced(threading.Lock())


def as_dict(guard):
    spot = Spot()

    def move():
        spot.x = 1
        spot.y = 1

    _, seen = guarded(guard, move, lambda: dataclasses.asdict(spot))
    assert seen["x"] == seen["y"]


def buggy_asdict():
    as_dict(Open())


def correct_asdict():
    as_dict(threading.Lock())


def same_spot(guard):
    spot = Spot()

    def move():
        spot.x = 1
        spot.y = 1

    _, same = guarded(guard, move, lambda: repr(spot))
    assert same in {"Spot(x=0, y=0)", "Spot(x=1, y=1)"}


def buggy_dataclass_repr():
    same_spot(Open())


def correct_dataclass_repr():
    same_spot(threading.Lock())


def exit_stack(guard):
    stack = contextlib.ExitStack()
    closed = []

    def close():
        stack.callback(closed.append, 1)

    guarded(guard, close, close)
    stack.close()
    assert closed == [1, 1]


def correct_exit_stack():
    exit_stack(Open())


def correct_count():
    numbers = itertools.count()
    assert sorted(together(lambda: next(numbers), lambda: next(numbers))) == [0, 1]


def reset_count(guard):
    box = [itertools.count()]

    def restart():
        if next(box[0]) == 1:
            box[0] = itertools.count()

    guarded(guard, restart, restart)
    assert next(box[0]) == 0


def correct_count_restarted():
    reset_count(threading.Lock())
