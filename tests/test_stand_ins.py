"""A container that the grader keeps behaves as the builtin one, and each operation is one step."""

from __future__ import annotations

import builtins
from collections import deque
from copy import copy, deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conclab.classroom.channel.inside import proxies
from conclab.classroom.hosted.base import Ask, OperationError
from conclab.classroom.hosted.containers import Container, Deque, Dict, List
from conclab.classroom.stage.tasks import Task

KINDS = {
    list: (List, proxies.List), dict: (Dict, proxies.Dict), deque: (Deque, proxies.Deque),
}  # fmt: skip


class Wire:
    """The line, without processes: what is asked is done at once, and raised by the name of its class."""

    def __init__(self, hosted: Container):
        self.hosted = hosted
        self.asked: list[str] = []

    def ask(self, target, do, *args):
        assert do in self.hosted.operations, do
        self.asked.append(do)
        try:
            return self.hosted.perform(Ask(1, Task(1, "ann"), self.hosted, do, args, None))
        except OperationError as error:
            raise getattr(builtins, error.name)(error.text) from None


def stand_in(value):
    hosted, proxy = next(kinds for kind, kinds in KINDS.items() if type(value) is kind)
    line = Wire(hosted(value))
    return proxy(line, {"obj": 1}), line


def outcome(do, of):
    """What comes of it: a value, or the class that is raised."""
    try:
        found = do(of)
    except Exception as error:  # noqa: BLE001 - compared below
        return type(error).__name__
    if isinstance(found, proxies.Container):
        found = copy(found)
    return list(found) if type(found).__name__ in {"dict_keys", "dict_values", "dict_items"} else found


def extended(value):
    value += [7, 8]
    return value


COMMON = {
    "length": len,
    "truth": bool,
    "iterated": list,
    "equal": lambda x: x == copy(x),
    "unequal": lambda x: x != "other",
    "itself": lambda x: x == x,  # noqa: PLR0124
    "copied": copy,
    "copied deep": deepcopy,
    "its own copy": lambda x: x.copy(),
    "unhashable": hash,
    "contains": lambda x: 1 in x,
    "cleared": lambda x: (x.clear(), len(x)),
}
SEQUENCES = {
    "first": lambda x: x[0],
    "last": lambda x: x[-1],
    "beyond": lambda x: x[99],
    "set": lambda x: (x.__setitem__(0, 5), copy(x)),
    "deleted": lambda x: (x.__delitem__(0), copy(x)),
    "in place": extended,
    "appended": lambda x: (x.append(4), copy(x)),
    "extended": lambda x: (x.extend((4, 5)), copy(x)),
    "inserted": lambda x: (x.insert(1, 9), copy(x)),
    "removed": lambda x: (x.remove(1), copy(x)),
    "popped": lambda x: (x.pop(), copy(x)),
    "index": lambda x: x.index(2),
    "count": lambda x: x.count(1),
    "reversed": lambda x: (x.reverse(), copy(x)),
    "sliced": lambda x: x[1:],  # a deque can't
}
LISTS = SEQUENCES | {
    "backwards": lambda x: x[::-1],
    "plus": lambda x: x + [9],  # noqa: RUF005
    "plus behind": lambda x: [9] + x,  # noqa: RUF005
    "plus a tuple": lambda x: x + (9,),  # noqa: RUF005
    "sorted": lambda x: (x.sort(), copy(x)),
    "sorted apart": sorted,
    "popped first": lambda x: (x.pop(0), copy(x)),
}
DEQUES = SEQUENCES | {
    "left": lambda x: (x.appendleft(0), x.popleft(), copy(x)),
    "extended left": lambda x: (x.extendleft((4, 5)), copy(x)),
    "rotated": lambda x: (x.rotate(1), copy(x)),
}
DICTS = {
    "item": lambda x: x[1],
    "no item": lambda x: x["none"],
    "set": lambda x: (x.__setitem__(9, 5), copy(x)),
    "deleted": lambda x: (x.__delitem__(1), copy(x)),
    "get": lambda x: (x.get(1), x.get("none"), x.get("none", 3)),
    "setdefault": lambda x: (x.setdefault(9, 4), copy(x)),
    "updated": lambda x: (x.update({8: 8}), copy(x)),
    "popped": lambda x: (x.pop(1), copy(x)),
    "pop default": lambda x: x.pop("none", 4),
    "popped item": lambda x: x.popitem(),
    "keys": lambda x: x.keys(),
    "values": lambda x: x.values(),
    "items": lambda x: x.items(),
}


def cases():
    for value, sorts in (([1, 2, 1], LISTS), ([], LISTS), ({1: 2, 3: 4}, DICTS), ({}, DICTS)):
        yield from ((value, name, do) for name, do in (COMMON | sorts).items())
    yield from ((deque([1, 2, 1]), name, do) for name, do in (COMMON | DEQUES).items())


@pytest.mark.parametrize(
    ("value", "do"), [pytest.param(value, do, id=f"{value} {name}") for value, name, do in cases()]
)
def test_it_does_what_the_builtin_one_does(value, do):
    """The same value, of the same type, or the same exception; and afterwards the same is in it."""
    real, (hosted, line) = copy(value), stand_in(copy(value))
    wanted = outcome(do, real)
    found = outcome(do, hosted)
    assert found == wanted
    assert type(found) is type(wanted)
    assert line.hosted.items == real


@given(st.lists(st.integers(), max_size=6), st.slices(6))
def test_a_slice_is_a_copy_made_in_one_step(items, part):
    """Of what was there at one moment."""
    hosted, line = stand_in(list(items))
    assert hosted[part] == items[part]
    assert line.asked == ["copy"]


@given(st.lists(st.integers(), max_size=4), st.lists(st.integers(), max_size=4))
def test_two_of_them_are_added_and_compared_as_lists(one, other):
    """Each is copied once; what comes of it is a builtin list."""
    first, line = stand_in(list(one))
    second, _ = stand_in(list(other))
    added = first + second
    assert (added, type(added)) == (one + other, list)
    assert line.asked == ["copy"]
    assert (first == second) is (one == other)


def test_a_copy_is_ones_own():
    """What is done to it reaches nobody."""
    hosted, line = stand_in([[1], 2])
    own = copy(hosted)
    own.append(3)
    deepcopy(hosted)[0].append(4)
    assert (type(own), line.hosted.items) == (list, [[1], 2])


def test_each_operation_is_one_step():
    """`+=` reads nothing: it is an extend, as in CPython, and the name keeps the stand-in."""
    hosted, line = stand_in([1])
    same = hosted
    same += [2]
    assert same is hosted
    assert line.asked == ["extend"]
