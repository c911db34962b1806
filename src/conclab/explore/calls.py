"""What a file says of its functions: which are more than called, and which calls are certainly of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
FRESH = {
    "items", "keys", "values", "copy", "split", "splitlines", "range", "enumerate", "zip", "reversed",
    "sorted", "list", "tuple", "set", "frozenset", "dict", "count",
}  # calls that give something new to go through  # fmt: skip
HARMLESS = {"staticmethod", "classmethod", "dataclass"}  # decorators, after which a call is still of the file


def handed_out(tree: ast.AST) -> Iterator[str]:
    """Names that are used as values: C code may be given what they stand for, and call it."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                if id(node) not in called:
                    yield name
            case ast.FunctionDef(name=name, decorator_list=[_, *_]):
                yield name


def own_calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls of which the name alone says that Python code of this file is called.

    A name that is defined here and never anything else; a method of the class around the call. A base class
    in C may have a method of that name, so it is not enough that some other class has it.
    """
    plain = _plain_names(tree)
    stored = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in plain:
            yield node
        if isinstance(node, ast.ClassDef):
            yield from _calls_of_methods(node, stored)


def _plain_names(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    other: set[str] = set()
    methods = {id(one) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for one in node.body}
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                if id(node) not in methods and _is_plain(node):
                    found.add(node.name)
                elif id(node) not in methods:
                    other.add(node.name)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                other.add(name)
            case ast.alias(name=name, asname=given):
                other.add(given or name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                other.add(name)
    return found - other


def _is_plain(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a call runs its body: of a decorated one that can't be told, nor of a class with a base."""
    if isinstance(node, ast.ClassDef) and (node.bases or node.keywords):
        return False
    return all(_name(one) in HARMLESS for one in node.decorator_list)


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            return name
    return ""


def _calls_of_methods(kind: ast.ClassDef, stored: set[str]) -> Iterator[ast.Call]:
    names = {one.name for one in kind.body if isinstance(one, FUNCTIONS) and _is_plain(one)} - stored
    for method in kind.body:
        for node in ast.walk(method):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name)):
                    if name in names:
                        yield node


def is_super(node: ast.expr) -> bool:
    """`super().method`."""
    match node:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
            return True
    return False


def lends(node: ast.AST | None) -> bool:
    """Whether it is a call that may give an iterator that others have, too, who see it go on."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name not in FRESH
        case ast.Call(func=ast.Name(id=name)):
            return name not in FRESH
    return False


def is_range(node: ast.AST | None) -> bool:
    """`range(...)`, which nobody else can change."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"
