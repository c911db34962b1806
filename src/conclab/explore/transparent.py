"""Whether all that a piece of code can learn from others shows in its operations. In doubt it does not.

Some things are passed over by the scheduling points: a text made of a container, a pattern that looks inside
one, what a library does by itself. As long as locks keep others away, that does no harm to an order of steps;
but then what a task has seen does not tell what it knows.
"""

from __future__ import annotations

import ast
import dis
import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

    from conclab.explore.points import Points

KNOWN = {"threading", "time", "queue", "__future__", "typing", "collections.abc", "conclab.explore"}
PASSED_OVER = {
    "str", "format", "repr", "id", "hasattr", "hash", "bool", "exec", "eval",
    "vars", "dir", "locals", "globals",
    "asdict", "astuple", "replace", "broken", "n_waiting", "SimpleQueue", "empty", "__del__", "setattr",
    "local", "ident", "native_id", "active_count", "enumerate", "get_ident",
    "getattr", "delattr", "iter", "next", "zip", "map", "filter", "reversed", "__iter__", "__next__",
    "__reversed__",
}  # fmt: skip
OPAQUE = {
    "FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC", "CONVERT_VALUE", "BUILD_STRING", "MATCH_MAPPING",
    "MATCH_SEQUENCE", "MATCH_KEYS", "MATCH_CLASS", "GET_LEN", "YIELD_VALUE",
    "RETURN_GENERATOR",
    "IMPORT_NAME",
    "LOAD_BUILD_CLASS", "DICT_UPDATE", "DICT_MERGE", "SET_UPDATE",
}  # fmt: skip
OPTIMIZED = 1  # the flag of a function's code; that of a class or a module runs in one thread, once


def is_transparent(points: Points) -> bool:
    """Whether that can be said of all code that was met."""
    return all(_imports_known(source.tree) for source in list(points.sources.values())) and all(
        _is_plain(code) for code in list(points.table)
    )


def asks(points: Points, name: str) -> bool:
    """Whether any of the code that was met knows that name."""
    return any(name in code.co_names for code in list(points.table))


@functools.lru_cache(maxsize=1000)
def _imports_known(tree: ast.AST | None) -> bool:
    if tree is None:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and not all(one.name in KNOWN for one in node.names):
            return False
        if isinstance(node, ast.ImportFrom) and node.module not in KNOWN:
            return False
        if isinstance(node, ast.FunctionDef) and node.name == "__del__":
            return False  # what is kept to be compared does not come to its end
        if isinstance(node, ast.Compare) and _asks_who(node):
            return False  # two equal texts or tuples may be one and may be two
    return True


def _asks_who(node: ast.Compare) -> bool:
    """`a is b`, neither of which is None or the like."""
    sides = [node.left, *node.comparators]
    return any(
        isinstance(op, ast.Is | ast.IsNot)
        and not any(isinstance(side, ast.Constant) for side in sides[number : number + 2])
        for number, op in enumerate(node.ops)
    )


@functools.lru_cache(maxsize=10_000)
def _is_plain(code: CodeType) -> bool:
    if not code.co_flags & OPTIMIZED:
        return True
    return PASSED_OVER.isdisjoint(code.co_names) and not any(
        each.opname in OPAQUE for each in dis.get_instructions(code)
    )
