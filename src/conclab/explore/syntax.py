"""The source of the code under test: which expression an instruction belongs to, what names are used for.

Knows nothing of bytecode, but that an instruction tells where its expression ends.
"""

from __future__ import annotations

import ast
import linecache
from typing import TYPE_CHECKING

from conclab.explore import matching
from conclab.explore.calls import handed_out, own_calls
from conclab.explore.library import path_of, prune
from conclab.explore.private import captured_names, private_names

if TYPE_CHECKING:
    from collections.abc import Iterator

CONSTRUCTORS = {"__init__", "__post_init__"}  # __new__ stores on the class, which everybody knows
STARTS = {"start", "submit", "run", "create_task", "append", "add", "put", "register"}
LOOPS = (ast.For, ast.AsyncFor)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Place = tuple[int, int]


class Source:
    """One file, parsed."""

    def __init__(self, filename: str, text: str | None = None) -> None:
        self.filename = filename
        self.text = "".join(linecache.getlines(path_of(filename))) if text is None else text
        try:
            self.tree: ast.Module | None = ast.parse(self.text) if self.text else None
        except (SyntaxError, ValueError):
            self.tree = None
        if self.tree is not None:
            prune(filename, self.tree)
        self.definitions: set[str] = set()
        self.tested: set[ast.AST] = set()  # expressions of which only the truth is wanted
        self.looks: set[ast.AST] = set()  # expressions that are part of a test
        self.private: set[ast.AST] = set()  # uses of containers that no other thread can reach
        self.captured: set[str] = set()  # variables of functions that other functions can see change
        self.augmented: set[ast.AST] = set()  # targets of +=
        self.tries = False  # takes a lock without waiting, or asks whether it is taken
        self.clears = False  # clears something, which may be an event
        self.lenders: set[str] = set()  # functions and properties whose result is taken as a lock
        self.escaping: set[Place] = set()  # constructors that show the object to others before they end
        self.subjects: dict[matching.Place, ast.expr | None] = {}  # of patterns: what they are held against
        self.handed_out: set[str] = set()  # functions that are more than called
        self.own_calls: set[ast.AST] = set()  # of functions of this file, and nothing else
        self.assigned: set[str] = set()  # globals that are no functions, classes or modules
        self.own: set[Place] = set()  # ends of `self.x` in constructors that keep the object to themselves
        self._by_end: dict[tuple[type, int, int], ast.AST] = {}
        self._loops: dict[Place, ast.expr] = {}
        self._iterated: dict[Place, ast.expr] = {}
        if self.tree is not None:
            self.private.update(private_names(self.tree))
            self.captured.update(captured_names(self.tree))
            for node in ast.walk(self.tree):
                self._note(node)
            self.lenders &= self.definitions
            self.handed_out.update(handed_out(self.tree))
            self.own_calls.update(own_calls(self.tree))
            self.assigned.update(_assigned(self.tree))
            if any(map(_makes_again, ast.walk(self.tree))):
                self.own.clear()  # others may know the object that is made once more

    def node(self, kinds: tuple[type, ...], end_line: int | None, end_column: int | None) -> ast.AST | None:
        """The expression of one of these kinds that ends there."""
        if end_line is None or end_column is None:
            return None
        for kind in kinds:
            found = self._by_end.get((kind, end_line, end_column))
            if found is not None:
                return found
        return None

    def iterated(self, start: Place | None, end: Place | None) -> ast.expr | None:
        """What a loop goes through, found by the place of the loop (3.11) or of that expression."""
        if start in self._loops:
            return self._loops[start]
        return None if end is None else self._iterated.get(end)

    def line(self, number: int) -> str:
        """One line of it, without its indentation."""
        return linecache.getline(self.filename, number).strip() or _line(self.text, number)

    def segment(self, node: ast.AST | None) -> str:
        """The text of an expression."""
        if node is None:
            return ""
        return " ".join((ast.get_source_segment(self.text, node) or "").split())

    def _note(self, node: ast.AST) -> None:  # noqa: C901, PLR0912
        if isinstance(node, ast.expr) and node.end_lineno is not None and node.end_col_offset is not None:
            self._by_end[type(node), node.end_lineno, node.end_col_offset] = node
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self.definitions.add(name)
                if name in CONSTRUCTORS and isinstance(node, ast.FunctionDef) and not _escapes(node):
                    self.own.update(_own_attributes(node))
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Assert(test=test):
                self.tested.update(_truths(test))
                self.looks.update(ast.walk(test))
            case ast.With(items=items):
                self.lenders.update(_lender(one.context_expr) for one in items)
            case ast.Call(func=ast.Attribute(attr="locked")):
                self.tries = True
            case ast.Call(func=ast.Attribute(attr="clear"), args=[]):
                self.clears = "Event" in self.text
            case ast.Call(func=ast.Attribute(attr="acquire", value=inner), args=args, keywords=keywords):
                self.lenders.add(_lender(inner))
                self.tries = self.tries or _does_not_wait(args, keywords)
            case ast.Match():
                self.subjects.update(matching.subjects(node))
            case ast.AugAssign(target=target):
                self.augmented.add(target)
            case ast.For(iter=iterated) | ast.AsyncFor(iter=iterated):
                self._loops[node.lineno, node.col_offset] = iterated
                self._iterated[_end(iterated)] = iterated
            case ast.comprehension(iter=iterated, ifs=tests):
                self._iterated[_end(iterated)] = iterated
                for test in tests:
                    self.tested.update(_truths(test))
        if isinstance(node, COMPREHENSIONS) and len(node.generators) == 1:
            # In 3.11 a comprehension is a function of its own, of which only the whole place is known.
            self._iterated.setdefault(_end(node), node.generators[0].iter)


def _lender(node: ast.expr) -> str:
    """`lock_of` in `with lock_of(key):` and in `self.lock_of(key).acquire()`; a property by its name."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) | ast.Attribute(attr=name):
            return name
    return ""


def _end(node: ast.expr) -> Place:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return node.end_lineno, node.end_col_offset


def _first_line(node: ast.FunctionDef) -> Place:
    return min([node.lineno, *(one.lineno for one in node.decorator_list)]), 0


def _truths(node: ast.expr) -> Iterator[ast.AST]:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            yield from _truths(inner)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _truths(value)
        case _:
            yield node


def _assigned(tree: ast.Module) -> Iterator[str]:
    """Names that statements of the module itself assign."""
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)


def _makes_again(node: ast.AST) -> bool:
    """`x.__init__()`, which is not how a class calls its base."""
    match node:
        case ast.Call(func=ast.Attribute(attr="__init__", value=ast.Call(func=ast.Name(id="super")))):
            return False
        case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.Name(id="self"), *_]):
            return False
        case ast.Call(func=ast.Attribute(attr="__init__")):
            return True
    return False


def _own_attributes(constructor: ast.FunctionDef) -> Iterator[Place]:
    """Where each `self.x` of a constructor ends."""
    own = constructor.args.args[0].arg
    for node in ast.walk(constructor):
        match node:
            case ast.Attribute(value=ast.Name(id=name)) if name == own:
                yield _end(node)


def _escapes(constructor: ast.FunctionDef) -> bool:
    """Whether a constructor hands `self`, or a method of it, to anybody before it ends."""
    if not constructor.args.args:
        return True
    own = constructor.args.args[0].arg
    of_attributes = {id(node.value) for node in ast.walk(constructor) if isinstance(node, ast.Attribute)}
    for node in ast.walk(constructor):
        if isinstance(node, ast.Name) and node.id == own and id(node) not in of_attributes:
            return constructor.name != "__new__"
        if isinstance(node, ast.Call) and _hands_out(node, own):
            return True
    return False


def _hands_out(call: ast.Call, own: str) -> bool:
    """Whether a call could show the object: a method of its own, its attribute as an argument, a start."""
    if isinstance(call.func, ast.Attribute):
        inner = call.func.value
        if call.func.attr in STARTS or (isinstance(inner, ast.Name) and inner.id == own):
            return True
    for one in (*call.args, *(keyword.value for keyword in call.keywords)):
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == own:
            return True
    return False


def _does_not_wait(args: list[ast.expr], keywords: list[ast.keyword]) -> bool:
    """Whether a call of acquire may return without the lock at once."""
    timeouts = [one.value for one in keywords if one.arg == "timeout"]
    if any(not isinstance(one, ast.Constant) or not one.value for one in timeouts):
        return True
    blocking = [*args[:1], *(one.value for one in keywords if one.arg in {"blocking", None})]
    return any(not isinstance(one, ast.Constant) or not one.value for one in blocking)


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
