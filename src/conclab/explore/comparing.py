"""Operators that look inside what they are given: comparing, adding, unpacking; and `+=` of a variable."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import TYPE_CHECKING, Any

from conclab.explore import texts, touching
from conclab.explore.operation import Kind, Operation
from conclab.explore.paths import UNKNOWN, resolver

if TYPE_CHECKING:
    import dis
    from collections.abc import Callable
    from types import CodeType, FrameType

    from conclab.explore.operation import Access
    from conclab.explore.syntax import Source

PLAIN = (ast.Attribute, ast.Name, ast.Subscript)
JOINS = {"+", "|", "&", "-", "^", "%"}  # what containers know of arithmetic
SPREADS = {"UNPACK_SEQUENCE", "UNPACK_EX", "LIST_EXTEND", "SET_UPDATE", "DICT_UPDATE", "DICT_MERGE"}
Point = tuple[Operation, Any]


def operands(source: Source, node: Any, is_users: Callable[[CodeType], bool]) -> Point | None:
    """`a == b`, `a + b`: reads what is inside the containers, and runs what other classes make of it."""
    match node:
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=right):
            return texts.percent(source, right)
        case ast.BinOp(left=left, right=right):
            sides = [left, right]
        case _:
            return None
    plain = [side for side in sides if isinstance(side, PLAIN) and side not in source.private]
    found = [of for side in plain if (of := resolver(side)) is not None]
    if not found:
        return None
    shows = _Looks(found, is_users)
    return Operation(Kind.READ, text=source.segment(node), touches=shows.touches), shows


class _Looks:
    """Whether an operator looks inside its operands, and inside which."""

    def __init__(self, sides: list[Callable[[FrameType], Any]], is_users: Callable[[CodeType], bool]) -> None:
        self.sides = sides
        self.is_users = is_users

    def __call__(self, frame: FrameType) -> bool:
        return any(touching.is_container(one) or self._by_others(one) for one in self._values(frame))

    def touches(self, frame: FrameType) -> list[Access] | None:
        values = self._values(frame)
        if any(self._by_others(one) for one in values):
            return None
        inside = [one for one in values if touching.is_container(one)]
        return [access for one in inside for access in touching.items(one, writes=False)]

    def _values(self, frame: FrameType) -> list[Any]:
        return [one for side in self.sides if (one := side(frame)) is not UNKNOWN]

    def _by_others(self, obj: Any) -> bool:
        """A method that a dataclass or a library wrote reads attributes, and nobody sees it."""
        method = getattr(type(obj), "__eq__", None)
        return isinstance(method, FunctionType) and not self.is_users(method.__code__)


def in_place(source: Source, each: dis.Instruction) -> Point | None:
    """`items += [x]` of a variable changes the list."""
    at = each.positions
    if at is None:
        return None
    for target in source.augmented:
        begins = (target.lineno, target.col_offset)  # type: ignore[attr-defined]
        if begins == (at.lineno, at.col_offset) and isinstance(target, ast.Name):
            of = resolver(target)
            operation = Operation(Kind.WRITE, text=target.id, touches=touching.inside(of, writes=True))
            return operation, touching.shows_container(of, unknown=False)
    return None


def spread(source: Source, node: Any) -> Point | None:
    """`a, b = pair` and `[*items]` read all of a container."""
    of = None if node is None or node in source.private else resolver(node)
    if of is None:
        return None
    operation = Operation(Kind.READ, text=source.segment(node), touches=touching.inside(of, writes=False))
    return operation, touching.shows_container(of, unknown=False)


def starred(source: Source, each: dis.Instruction, call: ast.Call) -> Point | None:
    """`f(*items)` reads the list, whatever f is; behind other arguments an instruction of its own does."""
    match call.args:
        case [ast.Starred(value=value)] if each.opname == "CALL_FUNCTION_EX":
            return spread(source, value)
    return None
