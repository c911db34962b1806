"""What looks at all of a container without changing it: its text, and its truth by `bool`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from conclab.explore import touching
from conclab.explore.operation import Access, Kind, Operation
from conclab.explore.paths import UNKNOWN, resolver

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from conclab.explore.syntax import Source

FORMATS = {"FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC", "CONVERT_VALUE"}
LOOKS = {"bool", "str", "repr", "format", "print", "ascii"}
Point = tuple[Operation, Any]


def looks(source: Source, call: ast.Call) -> Point | None:
    """`str(items)`, `print(items)`: nobody sees it of anything but a container."""
    values = [one.value if isinstance(one, ast.Starred) else one for one in call.args]
    return _look(source, source.segment(call.func), values)


def formatted(source: Source, node: ast.expr | None) -> Point | None:
    """A container in an f-string."""
    return None if node is None else _look(source, source.segment(node), [node])


def percent(source: Source, right: ast.expr) -> Point | None:
    """A container in `"..." % items`."""
    values = right.elts if isinstance(right, ast.Tuple) else [right]
    return _look(source, source.segment(right), values)


def asks_for_attribute(source: Source, call: ast.Call, often: Callable[[str], bool]) -> Point | None:
    """`hasattr(obj, name)` of an attribute that is stored somewhere."""
    match call.args:
        case [_, ast.Constant(value=str(name))] if not often(name):
            return None
        case [inner, *_]:
            operation = Operation(Kind.LOAD, text=source.segment(call), touches=lambda _: None)
            return operation, touching.shows_object(resolver(inner))
    return None


def _look(source: Source, text: str, values: list[ast.expr]) -> Point | None:
    found = [of for one in values if one not in source.private and (of := resolver(one)) is not None]
    if not found:
        return None
    looks = Inside(found)
    return Operation(Kind.READ, text=text, touches=looks.touches), looks


class Inside:
    """Whether there are containers among some values, or one level deep in them; and which."""

    def __init__(self, of: list[Callable[[FrameType], Any]]) -> None:
        self._of = of

    def __call__(self, frame: FrameType) -> bool:
        """Whether there are any, seen from a frame."""
        return bool(self._containers(frame))

    def touches(self, frame: FrameType) -> list[Access] | None:
        """All that the text is made of; of what is deeper inside, anything."""
        found = self._containers(frame)
        if any(touching.is_container(one) or not _is_flat(one) for obj in found for one in _parts(obj)):
            return None
        return [access for one in found for access in touching.items(one, writes=False)]

    def _containers(self, frame: FrameType) -> list[Any]:
        values = [value for one in self._of if (value := one(frame)) is not UNKNOWN]
        return [
            obj
            for obj in values
            if touching.is_container(obj) or (isinstance(obj, tuple) and any(map(touching.is_container, obj)))
        ]


def _parts(obj: Any) -> list[Any]:
    return list(dict.values(obj)) if isinstance(obj, dict) else list(iter(obj))


def _is_flat(obj: Any) -> bool:
    return isinstance(obj, touching.IMMUTABLE) and not isinstance(obj, tuple | frozenset)
