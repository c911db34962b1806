"""A program of tests/races, for any tool: its source, its shape, and how to load it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Program:
    """A function of a file that is executed afresh each time: nothing is left of the time before."""

    def __init__(self, path: Path, name: str) -> None:
        self.source = path.read_text(encoding="utf-8")
        self.code = compile(self.source, str(path), "exec", dont_inherit=True)
        self.path, self.name = str(path), name

    def load(self) -> Callable[[], object]:
        """Execute the file."""
        namespace: dict[str, Any] = {"__name__": "program", "__file__": self.path}
        exec(self.code, namespace)
        return namespace[self.name]

    def uses(self, *words: str) -> bool:
        """Whether one of these is in its source."""
        return any(word in self.source for word in words)

    @property
    def starts_then_joins(self) -> bool:
        """Whether one function starts all threads and then joins them, with nothing in between."""
        tree = ast.parse(self.source)
        starts = sum(isinstance(node, ast.Attribute) and node.attr == "start" for node in ast.walk(tree))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        return any(_has_shape([_kind(each) for each in node.body], starts) for node in functions)


def _has_shape(kinds: list[str], starts: int) -> bool:
    """`starts` that follow one another, and at once all the joins."""
    threads = [kind for kind in kinds if kind]
    joins = len(threads) - starts
    if starts == 0 or joins <= 0 or threads != ["start"] * starts + ["join"] * joins:
        return False
    first = kinds.index("start")
    return kinds[first : first + len(threads)] == threads


def _kind(statement: ast.stmt) -> str:
    match statement:
        case ast.For(body=[single]):
            return _kind(single)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="start" | "join" as name))):
            return name
    return ""
