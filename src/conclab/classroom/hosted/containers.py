"""Shared lists, dicts and deques. Each operation is one step, as it is in CPython; items are values."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from conclab.classroom.hosted.base import Ask, Hosted, OperationError, shown
from conclab.explore.operation import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COMMON_READS = ("len", "getitem", "contains", "iter", "copy")
COMMON_WRITES = ("setitem", "delitem", "clear", "pop")
LIST_READS = ("index", "count")
LIST_WRITES = ("append", "extend", "insert", "remove", "sort", "reverse")
DICT_READS = ("get", "keys", "values", "items")
DICT_WRITES = ("setdefault", "update", "popitem")
DEQUE_WRITES = ("appendleft", "popleft", "extendleft", "rotate")
BY_SYNTAX = {
    "len": "__len__", "getitem": "__getitem__", "contains": "__contains__",
    "setitem": "__setitem__", "delitem": "__delitem__",
}  # fmt: skip
WRITTEN = {
    "getitem": "{0}[{1}]",
    "setitem": "{0}[{1}] = {2}",
    "delitem": "del {0}[{1}]",
    "contains": "{1} in {0}",
}
LISTED = {"iter", "copy", "keys", "values", "items"}


def _sorts(reads: Iterable[str], writes: Iterable[str]) -> dict[str, Kind]:
    return dict.fromkeys(reads, Kind.READ) | dict.fromkeys(writes, Kind.WRITE)


class Container(Hosted):
    """Carries out an operation on `items`, and says in words what it did."""

    def __init__(self, items: Any, name: str = "") -> None:
        super().__init__(name)
        self.items = items

    def perform(self, ask: Ask) -> Any:
        """Do it on the real thing; what that raises is raised in the submission."""
        try:
            found = self._operate(ask.do, ask.args)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            ask.what = f"{self._call(ask)}: {type(error).__name__}"
            raise OperationError(type(error).__name__, str(error)) from None
        quiet = found is None or found is self.items
        ask.what = self._call(ask) + ("" if quiet else f" is {shown(found)}")
        ask.reads = ask.reads or ([(self.name, shown(self.items))] if ask.kind is Kind.READ else [])
        ask.writes = [(self.name, shown(self.items))] if ask.kind is Kind.WRITE else []
        return found

    def _operate(self, do: str, args: tuple[Any, ...]) -> Any:
        if do in {"iter", "copy"}:
            return list(self.items)
        found = getattr(self.items, BY_SYNTAX.get(do, do))(*args)
        return list(found) if do in LISTED else found

    def _call(self, ask: Ask) -> str:
        args = [shown(one) for one in ask.args]
        if ask.do in WRITTEN and len(args) == WRITTEN[ask.do].count("{") - 1:
            return WRITTEN[ask.do].format(self.name, *args)
        return f"{self.name}.{ask.do}({', '.join(args)})"


class List(Container):
    """A list."""

    kind = "list"
    operations: ClassVar[Mapping[str, Kind]] = _sorts(COMMON_READS + LIST_READS, COMMON_WRITES + LIST_WRITES)

    def __init__(self, items: Iterable[Any] = (), name: str = "") -> None:
        super().__init__(list(items), name)


class Dict(Container):
    """A dict."""

    kind = "dict"
    operations: ClassVar[Mapping[str, Kind]] = _sorts(COMMON_READS + DICT_READS, COMMON_WRITES + DICT_WRITES)

    def __init__(self, items: Mapping[Any, Any] | None = None, name: str = "") -> None:
        super().__init__(dict(items or {}), name)

    def _operate(self, do: str, args: tuple[Any, ...]) -> Any:
        return dict(self.items) if do == "copy" else super()._operate(do, args)


class Deque(Container):
    """A deque."""

    kind = "deque"
    operations: ClassVar[Mapping[str, Kind]] = _sorts(
        COMMON_READS + LIST_READS, (*COMMON_WRITES, *(set(LIST_WRITES) - {"sort"}), *DEQUE_WRITES)
    )

    def __init__(self, items: Iterable[Any] = (), name: str = "") -> None:
        super().__init__(deque(items), name)
