"""The scope in which threading, time, queue and asyncio act on the scheduler; outside it nothing is changed.

Threads that are not under test get the real thing inside the scope, too.
"""

from __future__ import annotations

import _thread
import concurrent.futures.thread as pool
import contextlib
import functools
import gc
import queue
import random
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from conclab.explore import (
    clock,
    conditions,
    engine,
    futures,
    garbage,
    locks,
    loops,
    own,
    refusals,
    signals,
    threads,
)
from conclab.explore.library import is_standard

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = object()
_RealSimpleQueue = queue.SimpleQueue


class SimpleQueue(queue._PySimpleQueue):  # type: ignore[name-defined,misc]
    """queue.SimpleQueue in Python: the C form blocks where nobody can see it."""

    def __new__(cls) -> Any:
        """Give a thread that is not under test the real one."""
        return _RealSimpleQueue() if engine.is_outside() else super().__new__(cls)


class _NoLock:
    """In the place of the executors' lock against the end of the interpreter, which does not come here."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


# What programs import by name, too; a replacement is put into their modules as well.
PUBLIC: list[tuple[Any, str, Any]] = [
    (threading, "Lock", locks.Lock),
    (threading, "RLock", locks.RLock),
    (threading, "Condition", conditions.Condition),
    (threading, "Event", signals.Event),
    (threading, "local", own.Local),
    (_thread, "start_new_thread", threads.start_new_thread),
    (queue, "SimpleQueue", SimpleQueue),
    (threading, "main_thread", threads.main_thread),
    (threading, "enumerate", threads.enumerate_),
    (threading, "active_count", threads.active_count),
    (threading, "activeCount", threads.active_count),
    (gc, "collect", garbage.collect),
    *((time, name, replacement) for name, replacement in clock.CLOCKS.items()),
]
INNER: list[tuple[Any, str, Any]] = [
    (threading, "_allocate_lock", locks.Lock),
    (threading, "_RLock", locks.RLock),
    (threading, "_CRLock", locks.RLock),
    (threading, "_time", clock.inner),
    (threading.Thread, "start", threads.start),
    (threading.Thread, "join", threads.join),
    (threading.Thread, "is_alive", threads.is_alive),
    (threading.Thread, "__hash__", threads.hash_of),
    (_thread, "_count", threads.count),
    (queue, "time", clock.inner),
    (functools, "RLock", locks.RLock),  # of cached_property, before 3.12
    (pool, "_global_shutdown_lock", _NoLock()),
]


@contextlib.contextmanager
def patched() -> Iterator[None]:
    """Put the replacements in place, and everything back afterwards."""
    swaps = [*PUBLIC, *INNER]
    swaps += refusals.refused()
    swaps += loops.replacements()
    swaps += futures.replacements()
    swaps += _imported_by_name()
    before = [(owner, name, vars(owner).get(name, MISSING)) for owner, name, _ in swaps]
    try:
        for owner, name, replacement in swaps:
            setattr(owner, name, replacement)
        yield
    finally:
        for owner, name, was in reversed(before):
            if was is MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, was)


def _imported_by_name() -> Iterator[tuple[Any, str, Any]]:
    """`from threading import Lock` in modules that are loaded already; thread-locals of those under test."""
    events = engine.STATE.events
    assert events is not None
    ours = {id(getattr(owner, name)): replacement for owner, name, replacement in PUBLIC}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str):
            continue
        users = events.is_users_file(file)
        if is_standard(file) and module is not functools and not users:
            continue
        for name, value in list(vars(module).items()):
            if id(value) in ours:
                yield module, name, ours[id(value)]
            elif users and type(value) is own.RealLocal:
                yield module, name, own.like(value)


def reseed() -> None:
    """The same numbers at random in every execution."""
    random.seed(0)
