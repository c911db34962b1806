"""What an instruction touches, told from its frame: which object, and whether it reads or writes it.

An answer of None means that it could be anything; an empty list, that nobody else can see it.
"""

from __future__ import annotations

import array
import collections
import itertools
from collections.abc import Iterator, MappingView
from types import BuiltinFunctionType, BuiltinMethodType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from conclab.explore import engine, strangers
from conclab.explore.operation import Access
from conclab.explore.paths import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    Resolve = Callable[[FrameType], Any]

OPTIMIZED = 1  # the flag of a function's code
MUTABLE = 1 << 9  # the flag of a class that was made by a class statement
CONTAINERS = (
    list, dict, set, bytearray, collections.deque, collections.defaultdict, collections.OrderedDict,
    collections.Counter, array.array,
)  # fmt: skip
IMMUTABLE = (int, float, complex, bool, str, bytes, tuple, range, frozenset, type(None), type, slice)
LENT = (Iterator, MappingView, memoryview)
READERS = frozenset({
    "index", "count", "copy", "get", "keys", "values", "items", "isdisjoint", "issubset", "issuperset",
    "union", "intersection", "difference", "symmetric_difference", "__contains__", "__len__", "__iter__",
    "__getitem__", "find", "most_common", "elements", "total",
})  # fmt: skip
TAKES_ANOTHER = frozenset(
    {"extend", "update", "union", "intersection", "difference", "fromkeys", "extendleft"}
)
TAKES = frozenset({"acquire", "__enter__", "acquire_lock", "get", "put", "get_nowait", "put_nowait"})
READING = frozenset({
    len, list, sorted, tuple, set, frozenset, dict, sum, min, max, any, all, iter, enumerate, zip, reversed,
    map, filter, bytes,
})  # fmt: skip
# Their own operations are announced by what they are made of.
QUIET = (
    "threading",
    "queue",
    "concurrent.futures",
    "asyncio",
    "conclab.explore",
    "dataclasses",
    "contextlib",
)


def anything(_: FrameType) -> None:
    """What an operation touches that could touch anything."""


def items(obj: Any, *, writes: bool) -> list[Access]:
    """The access to what is inside a container."""
    return [Access(("items", id(obj)), writes=writes, of=obj)]


def is_container(obj: Any) -> bool:
    """Whether others could change what is inside, and how it is read and written is known."""
    return isinstance(obj, CONTAINERS)


def attribute(
    of: Resolve | None, name: str, *, writes: bool, inside: bool
) -> Callable[[FrameType], list[Access]]:
    """Access to an attribute; `inside`: to what it holds, too."""

    def touches(frame: FrameType) -> list[Access]:
        obj = UNKNOWN if of is None else of(frame)
        if obj is UNKNOWN:
            return [Access(("attribute", None, name), writes=writes), *_unknown_items(inside)]
        owner = id(obj.__dict__) if isinstance(obj, ModuleType) else id(obj)
        found = [Access(("attribute", owner, name), writes=writes, of=obj)]
        if not writes:
            found += _inherited(obj, name)
        if inside:
            from conclab.explore.paths import attribute as get  # noqa: PLC0415

            held = get(obj, name)
            if held is UNKNOWN or is_container(held):
                found += items(held, writes=True) if held is not UNKNOWN else _unknown_items(True)
        return found

    return touches


def _inherited(obj: Any, name: str) -> list[Access]:
    """Classes from which the object has that attribute, if it has none of its own."""
    if isinstance(obj, ModuleType) or name in getattr(obj, "__dict__", ()):
        return []
    found = []
    line = obj.__mro__[1:] if isinstance(obj, type) else type(obj).__mro__
    for base in line:
        if base.__flags__ & MUTABLE:
            found.append(Access(("attribute", id(base), name), writes=False, of=base))
        if name in base.__dict__:
            break
    return found


def _unknown_items(wanted: bool) -> list[Access]:
    return [Access(("items", None), writes=True)] if wanted else []


def variable(name: str, *, writes: bool, is_global: bool) -> Callable[[FrameType], list[Access]]:
    """Access to a global, which is an attribute of its module, or to a variable of an outer function."""

    def touches(frame: FrameType) -> list[Access]:
        if is_global:
            space = frame.f_globals if frame.f_code.co_flags & OPTIMIZED else frame.f_locals
            return [Access(("attribute", id(space), name), writes=writes)]
        return [Access(("cell", name), writes=writes)]

    return touches


def inside(of: Resolve | None, *, writes: bool) -> Callable[[FrameType], list[Access] | None]:
    """Access to what is inside the object, if it is a container."""

    def touches(frame: FrameType) -> list[Access] | None:
        obj = UNKNOWN if of is None else of(frame)
        if issubclass(type(obj), LENT):
            return None  # a view of something else, or an iterator, which looking changes
        return [Access(("items", None), writes=writes)] if obj is UNKNOWN else items(obj, writes=writes)

    return touches


def shows_container(of: Resolve | None, *, unknown: bool) -> Callable[[FrameType], bool]:
    """Whether the expression stands for a container; `unknown` is the answer where that can't be told."""

    def shows(frame: FrameType) -> bool:
        obj = UNKNOWN if of is None else of(frame)
        return unknown if obj is UNKNOWN else is_container(obj)

    return shows


def shows_item(of: Resolve | None, is_users: Callable[[CodeType], bool]) -> Callable[[FrameType], bool]:
    """Whether others can see that an item is taken or put: not of a tuple, nor where its own code shows."""

    def shows(frame: FrameType) -> bool:
        obj = UNKNOWN if of is None else of(frame)
        if obj is UNKNOWN:
            return True
        if isinstance(obj, IMMUTABLE):
            return False
        method = getattr(type(obj), "__getitem__", None)
        return not (isinstance(method, FunctionType) and is_users(method.__code__))

    return shows


def shows_call(
    of: Resolve | None,
    is_users: Callable[[CodeType], bool],
    made: Callable[[int, str], str],
    arguments: list[Resolve],
) -> Callable[[FrameType], bool]:
    """Whether a call is an operation of its own. Raises NotControlledError for a lock of the real kind."""

    def shows(frame: FrameType) -> bool:
        callee = UNKNOWN if of is None else of(frame)
        if callee is UNKNOWN:
            return True
        if isinstance(callee, MethodType):
            kind = strangers.kind_of(callee.__self__) if is_quiet(callee.__func__.__module__) else None
            if kind is not None:
                raise engine.refuse(made(frame.f_lineno, kind))
            callee = callee.__func__
        if isinstance(callee, FunctionType):
            return not (is_users(callee.__code__) or is_quiet(callee.__module__))
        if isinstance(callee, type):
            return _shows_class(callee)
        if isinstance(callee, BuiltinFunctionType | BuiltinMethodType):
            owner = callee.__self__
            kind = strangers.kind_of(owner)
            if kind is not None and callee.__name__ in TAKES:
                raise engine.refuse(made(frame.f_lineno, kind))
            if not isinstance(owner, IMMUTABLE) or isinstance(owner, type):
                return True
            return any(is_container(one(frame)) for one in arguments)  # ",".join(items)
        return True

    return shows


def shows_object(of: Resolve | None) -> Callable[[FrameType], bool]:
    """Whether others could change an attribute of it."""

    def shows(frame: FrameType) -> bool:
        obj = UNKNOWN if of is None else of(frame)
        return not isinstance(obj, IMMUTABLE)

    return shows


def either(
    one: Callable[[FrameType], bool], other: Callable[[FrameType], bool]
) -> Callable[[FrameType], bool]:
    """Whether one of two reasons holds."""

    def shows(frame: FrameType) -> bool:
        return one(frame) or other(frame)

    return shows


def is_quiet(module: str | None) -> bool:
    """Whether the module is one of those whose parts announce what they do."""
    return module is not None and module.startswith(QUIET) and module.partition(".")[0] != "contextlib2"


def _shows_class(kind: type) -> bool:
    if is_quiet(kind.__module__):
        return False
    return not (kind.__flags__ & MUTABLE)  # made by a class statement: its methods show what they do


def real_lock(of: Resolve | None, made: Callable[[int, str], str]) -> Callable[[FrameType], bool]:
    """For `with`: no operation of its own, but a lock of the real kind can't be controlled."""

    def shows(frame: FrameType) -> bool:
        obj = UNKNOWN if of is None else of(frame)
        kind = strangers.kind_of(obj)
        if kind is not None:
            raise engine.refuse(made(frame.f_lineno, kind))
        return False

    return shows


def call(
    of: Resolve | None, receiver: Resolve | None, name: str, arguments: list[Resolve | None], plain: bool
) -> Callable[[FrameType], list[Access] | None]:
    """What a call touches: a method of a container, a function that reads its arguments; else anything."""

    def touches(frame: FrameType) -> list[Access] | None:
        if not plain:
            return None
        callee = UNKNOWN if of is None else of(frame)
        if receiver is not None and isinstance(callee, BuiltinMethodType):
            obj = receiver(frame)
            if is_container(obj) and name not in TAKES_ANOTHER:
                return items(obj, writes=name not in READERS)
            return None
        given = [UNKNOWN if one is None else one(frame) for one in arguments]
        if callee is next and given and isinstance(given[0], itertools.count):
            return items(given[0], writes=True)
        if _hashable(callee) and callee in READING and all(_plain(one) for one in given):
            return [_reading(callee, one) for one in given if is_container(one)]
        return None

    return touches


def _reading(callee: Any, obj: Any) -> Access:
    """What a function that only reads looks at: all that is in it, or how much that is."""
    return Access(("items", id(obj)), writes=False, of=obj, counts=callee is len)


def _plain(obj: Any) -> bool:
    return is_container(obj) or isinstance(obj, IMMUTABLE)


def _hashable(obj: Any) -> bool:
    return isinstance(obj, BuiltinFunctionType | type)
