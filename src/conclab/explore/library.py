"""Parts of the standard library that are followed like code under test: data structures written in Python.

`Counter.subtract` is a loop of reads and writes, and another thread may have its turn in the middle of it.
What has points of its own otherwise (threading, queue, asyncio) is not followed, nor what only that calls.
"""

from __future__ import annotations

import ast
import sys
import sysconfig
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

ROOT = sysconfig.get_paths()["stdlib"] + "/"
ABSTRACT = "<frozen _collections_abc>"  # that is what its code says of itself
# Which functions, by the beginning of their qualified names. What the engine and threading use all the time
# (seeding, weak sets) is left out: each of its instructions would cost a call, in every thread.
PARTS: dict[str, tuple[str, ...]] = {
    ABSTRACT: ("",),
    ROOT + "collections/__init__.py": ("ChainMap.", "Counter.", "UserDict.", "UserList.", "UserString."),
    ROOT + "contextlib.py": ("_BaseExitStack.", "ExitStack."),
    ROOT + "copy.py": ("copy", "deepcopy", "_deepcopy", "_reconstruct", "_keep_alive", "replace"),
    ROOT + "dataclasses.py": ("replace", "_replace", "asdict", "_asdict", "astuple", "_astuple"),
    ROOT + "heapq.py": ("merge", "nlargest", "nsmallest"),
    ROOT + "json/encoder.py": ("_make_iterencode",),
    ROOT + "pprint.py": ("PrettyPrinter.",),
    ROOT + "random.py": ("Random.shuffle", "Random.sample"),
    ROOT + "weakref.py": tuple(
        f"WeakValueDictionary.{name}"
        for name in ("__getitem__", "__setitem__", "__contains__", "get", "pop", "setdefault", "update")
    ),
}
if sys.version_info >= (3, 12):  # before, it takes a lock that was made with the class
    PARTS[ROOT + "functools.py"] = ("cached_property.__get__",)
WRITTEN = frozenset({
    "__eq__", "__repr__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__",
})  # methods that dataclass writes, and that read fields one after the other  # fmt: skip
OPAQUE = tuple(
    ROOT + name
    for name in ("asyncio/", "concurrent/", "importlib/", "logging/", "queue.py", "threading.py", "unittest/")
)


def is_followed(code: CodeType) -> bool:
    """Whether that code of a library has points."""
    file = code.co_filename
    if file == "<string>":
        return code.co_name in WRITTEN
    parts = PARTS.get(file)
    return parts is not None and code.co_qualname.startswith(parts)


def prune(file: str, tree: ast.Module) -> None:
    """Forget what is not followed: garbage is collected in every execution, and all of a tree looked at."""
    parts = PARTS.get(file)
    if parts is not None:
        tree.body = [one for one in tree.body if _name(one) and _name(one).startswith(_tops(parts))]


def _name(node: ast.stmt) -> str:
    return node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else ""


def _tops(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.partition(".")[0] for part in parts)


def path_of(file: str) -> str:
    """Where the source of a code's file is."""
    return ROOT + "_collections_abc.py" if file == ABSTRACT else file


class Within:
    """Shows what a library does only where code under test has called it, and not threading or asyncio."""

    def __init__(self, shows: Any, is_users: Callable[[CodeType], bool]) -> None:
        self._shows = shows
        self._is_users = is_users

    def __call__(self, frame: FrameType) -> bool:
        """Whether the operation shows, seen from its frame."""
        back = frame.f_back
        while back is not None and not self._is_users(back.f_code):
            if back.f_code.co_filename.startswith((*OPAQUE, HERE)):
                return False
            back = back.f_back
        return back is not None and (self._shows is None or bool(self._shows(frame)))


HERE = __file__.rpartition("/")[0]
OWN = HERE.rpartition("/")[0]
INSTALLED = tuple(sysconfig.get_paths()[name] + "/" for name in ("purelib", "platlib"))


def is_standard(file: str) -> bool:
    """Whether it is of the standard library, or of the engine."""
    return file.startswith((ROOT, OWN)) and not file.startswith(INSTALLED)
