"""Containers that no other thread can reach: made in a function, and used there and nowhere else.

`threads = [...]; for thread in threads: thread.start()` needs no scheduling points. Told from the source
alone, and in doubt not private.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.Lambda, ast.ClassDef)
DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MAKERS = {"list", "dict", "set", "deque", "defaultdict", "Counter"}
READERS = {
    "len",
    "sorted",
    "sum",
    "min",
    "max",
    "any",
    "all",
    "enumerate",
    "zip",
    "reversed",
    "list",
    "set",
    "tuple",
    "print",
}


def private_names(tree: ast.AST) -> Iterator[ast.Name]:
    """Every place at which a private container is used."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for function in ast.walk(tree):
        if isinstance(function, FUNCTIONS):
            yield from _of_function(function, parents)


def captured_names(tree: ast.AST) -> Iterator[str]:
    """Variables of functions that other functions can see change: `nonlocal`, or stored more than once.

    Told by name, and from the source: before 3.12 a comprehension is a function too, and captures as one.
    """
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    stored: dict[tuple[ast.AST, str], int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Nonlocal):
            yield from node.names
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            key = (_scope(node, parents) if node in parents else tree, node.id)
            in_loop = any(isinstance(one, ast.For | ast.While) for one in _above(node, parents))
            stored[key] = stored.get(key, 0) + (2 if in_loop else 1)
    often = {name for (scope, name), times in stored.items() if times > 1 and isinstance(scope, FUNCTIONS)}
    for node in ast.walk(tree):
        if isinstance(node, (*FUNCTIONS, ast.Lambda)):
            yield from (
                each.id
                for each in ast.walk(node)
                if isinstance(each, ast.Name)
                and each.id in often
                and not isinstance(each.ctx, ast.Store)
                and _stored_outside(each, node, stored, parents)
            )


def _above(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while node in parents and not isinstance(parents[node], SCOPES):
        node = parents[node]
        yield node


def _stored_outside(
    use: ast.Name, function: ast.AST, stored: dict[tuple[ast.AST, str], int], parents: dict[ast.AST, ast.AST]
) -> bool:
    """Whether a name used in a function belongs to a function around it."""
    return (function, use.id) not in stored and _scope(use, parents) is function


def _of_function(
    function: ast.FunctionDef | ast.AsyncFunctionDef, parents: dict[ast.AST, ast.AST]
) -> Iterator[ast.Name]:
    parameters = {arg.arg for arg in ast.walk(function.args) if isinstance(arg, ast.arg)}
    places: dict[str, list[ast.Name]] = {}
    shared = set(parameters)
    for node in ast.walk(function):
        if isinstance(node, ast.Global | ast.Nonlocal):
            shared |= set(node.names)
        if isinstance(node, ast.Name):
            if _scope(node, parents) is function:
                places.setdefault(node.id, []).append(node)
            else:
                shared.add(node.id)
    for name, nodes in places.items():
        if (
            name not in shared
            and _made_here(nodes, parents)
            and all(_harmless(node, parents) for node in nodes)
        ):
            yield from nodes


def _scope(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.AST:
    node = parents[node]
    while not isinstance(node, SCOPES) and node in parents:
        node = parents[node]
    return node


def _made_here(nodes: list[ast.Name], parents: dict[ast.AST, ast.AST]) -> bool:
    stores = [node for node in nodes if isinstance(node.ctx, ast.Store)]
    return bool(stores) and all(_is_fresh(parents[node], node) for node in stores)


def _is_fresh(assignment: ast.AST, target: ast.Name) -> bool:
    match assignment:
        case ast.Assign(targets=[one], value=value) if one is target:
            return _makes(value)
        case ast.AnnAssign(value=value) if value is not None:
            return _makes(value)
    return False


def _makes(value: ast.expr) -> bool:
    return isinstance(value, DISPLAYS) or (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in MAKERS
    )


def _harmless(node: ast.Name, parents: dict[ast.AST, ast.AST]) -> bool:  # noqa: PLR0911
    """Whether the container does not get out of the function here."""
    if isinstance(node.ctx, ast.Store):
        return True
    parent = parents[node]
    match parent:
        case ast.For(iter=inner) | ast.AsyncFor(iter=inner) | ast.comprehension(iter=inner):
            return inner is node
        case ast.Attribute():
            call = parents[parent]
            return isinstance(call, ast.Call) and call.func is parent
        case ast.Subscript(value=inner):
            return inner is node
        case ast.Compare(ops=ops, comparators=others):
            return all(isinstance(op, ast.In | ast.NotIn | ast.Eq | ast.NotEq) for op in ops) and (
                node in others or parent.left is node
            )
        case ast.Call(func=ast.Name(id=name)):
            return name in READERS
        case ast.If() | ast.While() | ast.Assert() | ast.Return():
            return True
        case ast.UnaryOp(op=ast.Not()):
            return True
    return False
