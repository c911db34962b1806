"""Which instructions of the code under test other threads can see: the scheduling points.

Decided from the source, in the same way on every version of Python, so that a schedule found on one can be
replayed on another: names that are stored anywhere outside constructors (inside, an object is private
unless the constructor shows it), items, `in`, iteration, truth of containers, calls of functions that are
not under test. Lines would miss `n += 1`; every instruction would bring nothing and cost a lot.
"""

from __future__ import annotations

import dis
from typing import TYPE_CHECKING, Any

from conclab.explore.making import STORES, Maker, is_own
from conclab.explore.syntax import Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from conclab.explore.operation import Operation

REFLECTION = {
    "setattr",
    "__dict__",
    "vars",
    "delattr",
    "exec",
    "eval",
}  # any attribute may be stored by these
OPTIMIZED = 1  # the flag of a function's code; that of a class or a module runs in one thread, once
OFTEN = 2  # a name that is stored by others than its owner's constructor


class Points:
    """The scheduling points of all code under test, by code object and offset."""

    def __init__(self, is_users: Callable[[CodeType], bool]) -> None:
        self.table: dict[CodeType, dict[int, tuple[Operation, Any]]] = {}
        self.sources: dict[str, Source] = {}
        self.layout = 0  # counts up whenever points that were handed out already may have changed
        self.tries = False  # the code under test takes locks without waiting, or asks whether they are taken
        self.clears = False  # it clears events
        self.lenders: set[str] = set()  # its functions whose result is taken as a lock
        self._is_users = is_users
        self._stored: dict[str, int] = {}

    def of(self, code: CodeType) -> dict[int, tuple[Operation, Any]]:
        """The points of a code object: an operation, and whether it shows, by offset."""
        found = self.table.get(code)
        if found is None:
            source = self.sources.get(code.co_filename) or self._scan(code)
            found = self.table[code] = self._register(code, source)
        return found

    def _scan(self, code: CodeType) -> Source:
        """Read a file when the first of its code is met, and look at which names are stored in it."""
        source = self.sources[code.co_filename] = Source(code.co_filename)
        before = {name for name in self._stored if self._often(name)}
        whole = (
            compile(source.tree, code.co_filename, "exec", dont_inherit=True)
            if source.tree is not None
            else code
        )
        todo = [whole if source.text else code]
        while todo:
            one = todo.pop()
            todo += [each for each in one.co_consts if hasattr(each, "co_code")]
            self._count(one, source)
        self.lenders |= source.lenders
        modes = self.tries, self.clears
        self.tries = self.tries or source.tries
        self.clears = self.clears or source.clears
        if (self.tries, self.clears) != modes or (
            {name for name in self._stored if self._often(name)} != before and self.table
        ):
            self.table.clear()
            self.layout += 1
        return source

    def _count(self, code: CodeType, source: Source) -> None:
        for each in dis.get_instructions(code):
            name = each.argval
            if isinstance(name, str) and name.startswith("__class"):
                continue  # what a class statement keeps for itself
            if each.opname in STORES and each.opname.endswith("_DEREF") and source.tree is not None:
                self._stored[name] = OFTEN if name in source.captured else self._stored.get(name, 0)
            elif each.opname in STORES and not (each.opname.endswith("_ATTR") and is_own(code, source, each)):
                self._stored[name] = OFTEN
            elif isinstance(name, str) and name in REFLECTION:
                self._stored["*"] = OFTEN

    def _often(self, name: Any, *, variable: bool = False) -> bool:
        return self._stored.get(name, 0) >= OFTEN or (not variable and "*" in self._stored)

    def _register(self, code: CodeType, source: Source) -> dict[int, tuple[Operation, Any]]:
        if not code.co_flags & OPTIMIZED:
            return {}
        found = {}
        before = None
        maker = Maker(code, source, self._often, self._is_users)
        for each in dis.get_instructions(code):
            point = maker.point(each, before)
            if point is not None:
                operation, shows = point
                maker.show(operation, each)
                operation.code, operation.offset = code, each.offset
                operation.file = code.co_filename
                operation.line = (each.positions and each.positions.lineno) or code.co_firstlineno
                found[each.offset] = (operation, shows)
            if each.opname not in {"COPY", "SWAP", "CACHE", "NOT_TAKEN"}:
                before = each
        return found
