"""What to explore: a function of a module that is loaded, or one of a file that is run afresh each time."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
import types
from dataclasses import dataclass
from importlib.util import decode_source, find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conclab.errors import BadRequestError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MODULE = "__conclab_target__"
PREFIXES = ("scenario", "test_")


@dataclass(frozen=True, slots=True)
class Target:
    """A scenario: a whole run of a program, from making its objects to the last assert."""

    name: str
    scenario: Callable[[], Any]
    include: frozenset[str] = frozenset()  # files that count as under test though they are installed
    only: frozenset[str] = frozenset()  # the only files that count; empty: all that are not installed
    names: tuple[str, ...] = ()  # file names as a report should show them


def of_function(function: Callable[[], Any], code: Iterable[Any] = ()) -> Target:
    """A function without parameters, of a module that is loaded already."""
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise BadRequestError(
            f"{function.__qualname__} is a generator function: calling it runs nothing of it"
        )
    if inspect.iscoroutinefunction(function):
        function = _in_asyncio(function)
    include = frozenset(_file(each) for each in code)
    owner = getattr(function, "__self__", None)
    name = str(getattr(owner, "__qualname__", None) or getattr(function, "__qualname__", repr(function)))
    name = name.replace("<locals>.", "")
    return Target(name, function, include=include)


def _in_asyncio(function: Callable[[], Any]) -> Callable[[], Any]:
    def scenario() -> Any:
        import asyncio  # noqa: PLC0415

        return asyncio.run(function())

    scenario.__qualname__ = function.__qualname__
    return scenario


def _file(thing: Any) -> str:
    if isinstance(thing, str | Path):
        return str(thing)
    try:
        return inspect.getsourcefile(thing) or ""
    except TypeError:
        raise BadRequestError(
            f"{thing!r} has no source file; name a module, a class, a function or a path"
        ) from None


class File:
    """A source file whose code is run afresh in every execution: its globals and locks are new each time."""

    def __init__(self, path: Path, *, module: str = "") -> None:
        self.shown = module or str(path)  # as it was typed: what a person can type again
        self.path = path.resolve()
        inside = module.split(".") if self.path.stem == "__init__" else module.split(".")[:-1]
        self.package = ".".join(inside)  # what its relative imports start from
        self.folder = str(self.path.parents[len(inside)])  # and all others
        try:
            self.text = self.path.read_bytes()
        except OSError as error:
            raise BadRequestError(f"can't read {path}: {error.strerror}") from None
        try:
            decode_source(self.text)  # compile passes over what is no text in a comment
            self.code = compile(self.text, str(self.path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            raise BadRequestError(
                f"{path} is no Python: {error.args[0]}{f', line {line}' if line else ''}"
            ) from None
        linecache.checkcache(str(self.path))

    def names(self) -> list[str]:
        """Functions of the file, in its order."""
        return [each.co_name for each in self.code.co_consts if isinstance(each, types.CodeType)]

    def scenarios(self) -> list[str]:
        """Those that are meant to be explored."""
        return [name for name in self.names() if name.startswith(PREFIXES)]

    def target(self, name: str) -> Target:
        """One of its functions."""
        if name not in self.names():
            raise UnknownNameError(f"scenario in {self.path.name}", name, self.scenarios() or self.names())
        wanted = _required(self.text, name)
        if wanted:
            raise BadRequestError(f"{name} takes {', '.join(wanted)}: a scenario is called without arguments")
        return Target(f"{self.shown}:{name}", lambda: self._run(name), include=frozenset({str(self.path)}))

    def _run(self, name: str) -> Any:
        module = types.ModuleType(MODULE)
        module.__file__ = str(self.path)
        module.__package__ = self.package
        before = sys.modules.get(MODULE)
        sys.modules[MODULE] = module
        sys.path.insert(0, self.folder)
        try:
            exec(self.code, module.__dict__)  # noqa: S102 - the file that was asked for
            function = module.__dict__[name]
            result = function()
            if inspect.isgenerator(result) or inspect.isasyncgen(result):
                raise TypeError(f"{name} is a generator function: calling it runs nothing of it")
            if inspect.iscoroutine(result):
                import asyncio  # noqa: PLC0415

                result = asyncio.run(result)
            return result
        finally:
            sys.path.remove(self.folder)
            if before is None:
                sys.modules.pop(MODULE, None)
            else:
                sys.modules[MODULE] = before


def _required(text: bytes, name: str) -> list[str]:
    """Parameters without a default, unless a decorator may give them."""
    found: list[str] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            given = [*node.args.posonlyargs, *node.args.args]
            needed = given[: len(given) - len(node.args.defaults)]
            needed += [
                one
                for one, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                if default is None
            ]
            found = [] if node.decorator_list else [one.arg for one in needed]
    return found


def parse(text: str) -> tuple[File, str]:
    """`file.py:scenario` or `package.module:scenario`: the file and the name; the name may be empty."""
    shown, colon, name = text.rpartition(":")
    if not colon or not (shown.endswith(".py") or name.isidentifier()):
        shown, name = text, ""
    if shown.endswith(".py"):
        return File(Path(shown)), name
    origin = _module_file(shown)
    if origin is None:
        raise BadRequestError(
            f"{text!r} names no file; write file.py, file.py:scenario or package.module:scenario"
        )
    return File(origin, module=shown), name


def _module_file(name: str) -> Path | None:
    """Where a module's source is; only the packages that it is in are imported."""
    if not all(part.isidentifier() for part in name.split(".")):
        return None
    sys.path.insert(0, "")  # as `python -m` does
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return None
    finally:
        sys.path.remove("")
    origin = spec.origin if spec is not None else None
    return Path(origin) if origin is not None and origin.endswith(".py") else None
