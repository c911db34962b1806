"""Whether a check may know what it saw before: then the order of all steps matters. In doubt it does."""

from __future__ import annotations

import dis
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANGING = {
    "append", "appendleft", "add", "extend", "insert", "pop", "popleft", "popitem", "remove", "discard",
    "clear", "update", "setdefault", "sort", "reverse", "put", "put_nowait", "send", "next", "setattr",
    "__setitem__",
    "__setattr__", "exec", "eval",
}  # fmt: skip
KEPT = ("_ATTR", "_SUBSCR", "_GLOBAL", "_DEREF", "_SLICE")


def remembers(check: Any) -> bool:
    """Told from its code, and that of the functions and methods that it names."""
    todo, known = [check], set()
    while todo:
        one = todo.pop()
        if isinstance(one, MethodType):
            todo += [one.__func__, *_methods(one.__self__, one.__func__)]
        elif isinstance(one, FunctionType):
            if one.__code__ in known:
                continue
            known.add(one.__code__)
            if any(map(_changes, _codes(one.__code__))):
                return True
            todo += _called(one)
        else:
            return True
    return False


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)


def _changes(code: CodeType) -> bool:
    if not CHANGING.isdisjoint(code.co_names):
        return True
    own = code.co_cellvars  # of which each call has its own
    return any(
        each.opname.startswith(("STORE_", "DELETE_"))
        and each.opname.endswith(KEPT)
        and each.argval not in own
        for each in dis.get_instructions(code)
    )


def _called(function: FunctionType) -> Iterator[Any]:
    """What it could call of the program: functions, and methods of objects that it can reach."""
    reached = [function.__globals__.get(name) for name in function.__code__.co_names]
    reached += [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    for one in reached:
        if isinstance(one, FunctionType | MethodType):
            yield one
        elif one is not None and not isinstance(one, type):
            yield from _methods(one, function)


def _methods(obj: Any, user: Any) -> Iterator[FunctionType]:
    for name in user.__code__.co_names:
        found = getattr(type(obj), name, None)
        found = found.fget if isinstance(found, property) else found
        if isinstance(found, FunctionType):
            yield found


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - whether that raises
    except ValueError:
        return False
    return True
