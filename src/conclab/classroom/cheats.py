"""Submissions that solve nothing, made for a lab from the names that its solution defines.

Whoever writes hidden tests thinks of mistakes; these are what nobody thinks of. None may pass a hidden case.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SILENCE_S = 1.5  # those that hang need no patience

YES = """\
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    def __await__(self):
        return self
        yield
    __hash__ = None
"""
WRITE = """\
def write(args):
    numbers = [one for one in args if isinstance(one, int)]
    for one in args:
        for name in ("value", "balance", "count"):
            try:
                setattr(one, name, getattr(one, name) + sum(numbers))
            except Exception:
                pass
        for name in ("append", "set", "release", "notify_all"):
            try:
                getattr(one, name)(*numbers[:1])
            except Exception:
                pass
"""
BODIES = {
    "does nothing": "return None",
    "returns a constant": "return 42",
    "returns True": "return True",
    "returns False": "return False",
    "returns an empty list": "return []",
    "returns its first argument": "return args[0] if args else None",
    "returns its last argument": "return args[-1] if args else None",
    "raises": "raise ValueError('passed')",
    "is equal to everything": "return Yes()",
    "writes the end value directly": "return write(args)",
    "exits with 0": "__import__('os')._exit(0)",
    "goes round for ever": "while True:\n            pass",
    "floods the output": "while True:\n            __import__('os').write(1, b'PASSED ' * 9000)",
}


def cheats(solution: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each cheat with its files: every function and method that the solution defines does the same."""
    trees = {name: ast.parse(text) for name, text in solution.items()}
    for about, body in BODIES.items():
        yield (
            about,
            {name: "\n".join([YES, WRITE, *_definitions(tree, body)]) for name, tree in trees.items()},
        )


def _definitions(tree: ast.Module, body: str) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{_how(node)} {node.name}(*args, **kwargs):\n    if True:\n        {body}\n"
        elif isinstance(node, ast.ClassDef):
            yield f"class {node.name}:"
            yield "    def __init__(self, *args, **kwargs):\n        self.args = args\n"
            for method in node.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name != "__init__":
                    yield f"    {_how(method)} {method.name}(self, *args, **kwargs):"
                    yield f"        args = (*self.args, *args)\n        {body}\n"


def _how(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
