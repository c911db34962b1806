"""Which instructions of the code under test other threads can see: the scheduling points.

Decided from the source, in the same way on every version of Python, so that a schedule found on one can be
replayed on another: names that are stored anywhere outside constructors (inside, an object is private
unless the constructor shows it), items, `in`, iteration, truth of containers, calls of functions that are
not under test. Lines would miss `n += 1`; every instruction would bring nothing and cost a lot.
"""

from __future__ import annotations

import dis
from typing import TYPE_CHECKING, Any

from conclab.explore.entering import Entries, either, is_executed
from conclab.explore.library import Within
from conclab.explore.making import STORES, Maker, is_own
from conclab.explore.operation import Kind
from conclab.explore.syntax import Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    from conclab.explore.operation import Operation

REFLECTION = {
    "setattr", "__setattr__", "__dict__", "vars", "delattr", "exec", "eval",
}  # any attribute may be stored by these  # fmt: skip
GLOBALS = {"globals", "exec", "vars", "setattr", "__dict__"}  # and any global by these
OPTIMIZED = 1  # the flag of a function's code; that of a class or a module runs in one thread, once
OFTEN = 2  # a name that is stored by others than its owner's constructor


ITEMS = {Kind.READ, Kind.WRITE, Kind.CALL}


def anything(_: FrameType) -> None:
    """What an operation touches that could touch anything."""


class Points:
    """The scheduling points of all code under test, by code object and offset."""

    def __init__(self, is_users: Callable[[CodeType], bool], is_followed: Callable[[CodeType], bool]) -> None:
        self.table: dict[CodeType, dict[int, tuple[Operation, Any]]] = {}
        self.sources: dict[str, Source] = {}
        self.layout = 0  # counts up whenever points that were handed out already may have changed
        self.tries = False  # the code under test takes locks without waiting, or asks whether they are taken
        self.clears = False  # it clears events
        self.lenders: set[str] = set()  # its functions whose result is taken as a lock
        self.handed_out: set[str] = set()  # its functions that are more than called
        self._is_users = is_users
        self._is_followed = is_followed
        self._stored: dict[str, int] = {}
        self._by_library: dict[str, int] = {}  # what followed parts of the library store: it matters there
        self._assigned: set[str] = set()  # globals
        self._entries = Entries(self.of, is_users)

    def of(self, code: CodeType) -> dict[int, tuple[Operation, Any]]:
        """The points of a code object: an operation, and whether it shows, by offset."""
        found = self.table.get(code)
        if found is None:
            source = self.sources.get(code.co_filename)
            if source is None or not source.text:  # of what exec made, each piece is another source
                source = self._scan(code)
            found = self.table[code] = self._register(code, source)
        return found

    def _scan(self, code: CodeType) -> Source:
        """Read a file when the first of its code is met, and look at which names are stored in it."""
        source = self.sources[code.co_filename] = Source(code.co_filename)
        users = self._is_users(code)
        before = self._known()
        whole = (
            compile(source.tree, code.co_filename, "exec", dont_inherit=True)
            if source.tree is not None
            else code
        )
        todo = [whole if source.text else code]
        while todo:
            one = todo.pop()
            todo += [each for each in one.co_consts if hasattr(each, "co_code")]
            self._count(one, source, self._stored if users else self._by_library)
        modes = self.tries, self.clears
        if users:
            self._take_over(source)
        if (self.tries, self.clears) != modes or (self._known() != before and self.table):
            self.table.clear()
            self.layout += 1
        return source

    def _take_over(self, source: Source) -> None:
        """What one file of the program says matters to all of it."""
        self.lenders |= source.lenders
        self.handed_out |= source.handed_out
        self._assigned |= source.assigned
        self.tries = self.tries or source.tries
        self.clears = self.clears or source.clears

    def _known(self) -> set[str]:
        """Everything that points are made by."""
        found = {name for name in self._stored if self._often(name)} | self.handed_out
        return found | set(self._by_library) if self._by_library else found

    def _count(self, code: CodeType, source: Source, stored: dict[str, int]) -> None:
        for each in dis.get_instructions(code):
            name = each.argval
            if isinstance(name, str) and name.startswith("__class"):
                continue  # what a class statement keeps for itself
            if each.opname in STORES and each.opname.endswith("_DEREF") and source.tree is not None:
                stored[name] = OFTEN if name in source.captured else stored.get(name, 0)
            elif each.opname.endswith("_NAME") and each.opname in STORES:
                if is_executed(code):
                    stored[name] = OFTEN
            elif each.opname in STORES and not (each.opname.endswith("_ATTR") and is_own(code, source, each)):
                stored[name] = OFTEN
            elif isinstance(name, str):
                if name in REFLECTION:
                    stored["*"] = OFTEN
                if name in GLOBALS:
                    stored["**"] = OFTEN

    def _often(self, name: Any, *, variable: bool = False) -> bool:
        if self._stored.get(name, 0) >= OFTEN:
            return True
        if variable:
            return "**" in self._stored and name in self._assigned
        return "*" in self._stored

    def _often_there(self, name: Any, *, variable: bool = False) -> bool:
        """In a library: what it stores itself, and what the program stores, by name."""
        del variable
        return self._stored.get(name, 0) >= OFTEN or self._by_library.get(name, 0) >= OFTEN

    def _register(self, code: CodeType, source: Source) -> dict[int, tuple[Operation, Any]]:
        if not (code.co_flags & OPTIMIZED or is_executed(code)):
            return {}
        found = {}
        before = entry = None
        users = self._is_users(code)
        maker = Maker(code, source, self._often if users else self._often_there, self._is_followed)
        for each in dis.get_instructions(code):
            if each.opname == "RESUME":
                entry = self._entries.point(code, each, self.handed_out) if users else None
                continue
            point = either(entry, maker.point(each, before))
            entry = None
            if point is not None:
                operation, shows = point
                maker.show(operation, each)
                operation.code, operation.offset = code, each.offset
                operation.file = code.co_filename
                operation.line = (each.positions and each.positions.lineno) or code.co_firstlineno
                if operation.kind in ITEMS and "*" in self._stored and operation.touches is not None:
                    operation.touches = anything  # a dict may be where the attributes of an object are
                if not users:
                    operation.line = 0  # a story is about the program: it was at the call
                    shows = Within(shows, self._is_users)
                found[each.offset] = (operation, shows)
            if each.opname not in {"COPY", "SWAP", "CACHE", "NOT_TAKEN"}:
                before = each
        return found
