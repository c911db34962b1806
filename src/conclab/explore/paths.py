"""What a plain expression stands for in a frame, told without running any code of the program.

`self.items`, `queues[i]`, `FORKS[(n + 1) % 5]`: names, attributes that are no properties, items of built-in
containers, arithmetic on integers. Everything else is UNKNOWN, and whoever asks must expect the worst.
"""

from __future__ import annotations

import ast
import operator
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    Resolve = Callable[[FrameType], Any]


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
CONTAINERS = (list, dict, tuple)
# Descriptors that run no code of the program; a property or a cached_property does.
PLAIN = (
    MemberDescriptorType,
    GetSetDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
    ClassMethodDescriptorType,
    BuiltinFunctionType,
    FunctionType,
    classmethod,
    staticmethod,
)
ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Mod: operator.mod,
}
_safe_types: dict[tuple[type, str], bool] = {}


def resolver(node: ast.AST) -> Resolve | None:  # noqa: PLR0911 - one for each kind
    """A function that tells what the expression stands for; None if that can never be told."""
    match node:
        case ast.Name(id=name):
            return _name(name)
        case ast.Constant(value=value):
            return lambda _: value
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[]), attr=name):
            return _inherited(name)
        case ast.Attribute(value=inner, attr=name):
            of = resolver(inner)
            return None if of is None else _attribute(of, name)
        case ast.Subscript(value=inner, slice=index):
            of, at = resolver(inner), resolver(index)
            return None if of is None or at is None else _item(of, at)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            one, other = resolver(left), resolver(right)
            return None if one is None or other is None else _number(ARITHMETIC[type(op)], one, other)
    return None


def _name(name: str) -> Resolve:
    def resolve(frame: FrameType) -> Any:
        found = frame.f_locals.get(name, UNKNOWN)
        if found is UNKNOWN:
            found = frame.f_globals.get(name, UNKNOWN)
        if found is UNKNOWN:
            found = frame.f_builtins.get(name, UNKNOWN)
        return found

    return resolve


def _attribute(of: Resolve, name: str) -> Resolve:
    def resolve(frame: FrameType) -> Any:
        found = of(frame)
        return UNKNOWN if found is UNKNOWN else attribute(found, name)

    return resolve


def _inherited(name: str) -> Resolve:
    """`super().append`: what the next class of the object has under that name."""

    def resolve(frame: FrameType) -> Any:
        kind = frame.f_locals.get("__class__", UNKNOWN)
        first = frame.f_code.co_varnames[:1]
        obj = frame.f_locals.get(first[0], UNKNOWN) if first else UNKNOWN
        line = type(obj).__mro__
        if kind is UNKNOWN or kind not in line:
            return UNKNOWN
        for base in line[line.index(kind) + 1 :]:
            if name in base.__dict__:
                found = base.__dict__[name]
                return getattr(super(kind, obj), name) if isinstance(found, PLAIN) else UNKNOWN
        return UNKNOWN

    return resolve


def _item(of: Resolve, at: Resolve) -> Resolve:
    def resolve(frame: FrameType) -> Any:
        found, index = of(frame), at(frame)
        if type(found) in CONTAINERS and type(index) in {int, str, bool}:
            try:
                return found[index]
            except (LookupError, TypeError):
                return UNKNOWN
        return UNKNOWN

    return resolve


def _number(apply: Callable[[Any, Any], Any], one: Resolve, other: Resolve) -> Resolve:
    def resolve(frame: FrameType) -> Any:
        left, right = one(frame), other(frame)
        if type(left) is int and type(right) is int and right:
            return apply(left, right)
        return UNKNOWN

    return resolve


def attribute(obj: Any, name: str) -> Any:
    """The attribute, if getting it runs no code of the program."""
    kind = type(obj)
    key = (kind, name)
    safe = _safe_types.get(key)
    if safe is None:
        safe = _safe_types[key] = _is_safe(kind, name)
    if not safe:
        return UNKNOWN
    return getattr(obj, name, UNKNOWN)


def _is_safe(kind: type, name: str) -> bool:
    if issubclass(kind, ModuleType):
        return True
    if issubclass(kind, type):
        # A class: its own attributes are plain unless its metaclass says otherwise.
        return kind is type
    # Before 3.13 str, list and others name object's own way to get attributes once more.
    if not isinstance(kind.__getattribute__, WrapperDescriptorType) or hasattr(kind, "__getattr__"):
        return False
    for base in kind.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            return isinstance(found, PLAIN) or not hasattr(type(found), "__get__")
    return True


def forget() -> None:
    """Types of one exploration must not be kept alive by it."""
    _safe_types.clear()
