"""Values as text, without running any code of the program: a repr of its own could do anything."""

from __future__ import annotations

import collections
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

LONGEST = 60
MANY = 6
DEEP = 3
PLAIN = (int, float, complex, bool, str, bytes, type(None))
BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    collections.deque: ("deque([", "])"),
}


def shown(value: Any, depth: int = DEEP) -> str:  # noqa: PLR0911
    """The value in short; of anything that is not built in, the name of its class."""
    kind = type(value)
    if kind in PLAIN:
        return _cut(repr(value))
    if kind in BRACKETS:
        opened, closed = BRACKETS[kind]
        parts = [shown(one, depth - 1) for one in list(value)[:MANY]] if depth else ["..."] if value else []
        if kind is set and not value:
            return "set()"
        more = [", ..."] if depth and len(value) > MANY else []
        comma = "," if kind is tuple and len(value) == 1 else ""
        return _cut(f"{opened}{', '.join(parts)}{''.join(more)}{comma}{closed}")
    if isinstance(value, dict) and kind.__module__ in {"builtins", "collections"}:
        pairs = list(value.items())[:MANY]
        parts = (
            [f"{shown(key, depth - 1)}: {shown(one, depth - 1)}" for key, one in pairs] if depth else ["..."]
        )
        return _cut(f"{{{', '.join(parts)}{', ...' if len(value) > MANY else ''}}}")
    if isinstance(value, BaseException):
        return f"{kind.__name__}()"
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, FunctionType | BuiltinFunctionType | MethodType):
        return value.__name__
    return f"<{kind.__name__}>"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
