"""threading.local as the scheduler knows it: attributes that every task has of its own.

A thread that is not under test gets the real one; and of one that was made under test, attributes of its own.
"""

from __future__ import annotations

import contextlib
import threading
import weakref
from typing import TYPE_CHECKING, Any

from conclab.explore import engine

if TYPE_CHECKING:
    from conclab.explore.tasks import Task

RealLocal = threading.local
_outside = threading.RLock()  # threads that are not under test have their turns in a Local by this one
_inside = contextlib.nullcontext()
_get = object.__getattribute__


class Local:
    """threading.local."""

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_local_arguments",
        "_local_before",
        "_local_beside",
        "_local_places",
    )

    _local_arguments: tuple[tuple[Any, ...], dict[str, Any]]
    _local_before: dict[str, Any]
    _local_beside: Any
    _local_places: dict[Task, dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Give a thread that is not under test the real one."""
        run = engine.running()
        if engine.is_outside() and cls is Local:
            return RealLocal()
        if (args or kwargs) and cls.__init__ is object.__init__:
            raise TypeError("Initialization arguments are not supported")
        self = super().__new__(cls)
        object.__setattr__(self, "_local_arguments", (args, kwargs))
        object.__setattr__(self, "_local_beside", RealLocal())
        object.__setattr__(self, "_local_places", {})
        object.__setattr__(self, "_local_before", {})
        _keep(self, run, _get(self, "__dict__"))  # __init__ comes by itself this time
        return self

    def __getattribute__(self, name: str) -> Any:
        with _turn():
            _enter(self)
            return _get(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        _refuse(self, name)
        with _turn():
            _enter(self)
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        _refuse(self, name)
        with _turn():
            _enter(self)
            object.__delattr__(self, name)


Local.__name__ = Local.__qualname__ = "_local"  # as the real one calls itself


def like(real: Any) -> Any:
    """In the place of a real one; the main task begins with what the caller has in that."""
    local = object.__new__(Local)
    object.__setattr__(local, "_local_arguments", ((), {}))
    object.__setattr__(local, "_local_beside", RealLocal())
    object.__setattr__(local, "_local_places", {})
    object.__setattr__(local, "_local_before", dict(vars(real)))
    return local


def _turn() -> Any:
    return _outside if engine.running() is None else _inside


def _refuse(local: object, name: str) -> None:
    if name == "__dict__":
        raise AttributeError(f"{type(local).__name__!r} object attribute '__dict__' is read-only")


def _enter(local: Any) -> None:
    """Give the object the attributes of the current task; a subclass is initialised anew for every task."""
    run = engine.running()
    if run is not None:
        own = _get(local, "_local_places").get(run.current)
    else:
        own = getattr(_get(local, "_local_beside"), "own", None)
    if own is not None:
        object.__setattr__(local, "__dict__", own)
        return
    own = {} if run is None or run.current.id else dict(_get(local, "_local_before"))
    object.__setattr__(local, "__dict__", own)
    _keep(local, run, own)
    if type(local).__init__ is not object.__init__:
        args, kwargs = _get(local, "_local_arguments")
        type(local).__init__(local, *args, **kwargs)
        object.__setattr__(local, "__dict__", own)  # others may have had their turn in between


def _keep(local: Any, run: Any, own: dict[str, Any]) -> None:
    if run is None:
        _get(local, "_local_beside").own = own
    else:
        _get(local, "_local_places")[run.current] = own
        run.current.locals.append(weakref.ref(local))


def forget(task: Task) -> None:
    """The task ends, and what it had of its own with it."""
    while task.locals:
        local = task.locals.pop()()
        if local is not None:
            _get(local, "_local_places").pop(task, None)
