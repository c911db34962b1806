"""Which event loop a thread has, while it is under test: every task has its own, and none from before.

In the place of asyncio's policies, whose memory would last from one execution to the next. A policy that the
program sets is not asked: its loops could not be controlled.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

from conclab.explore import awaits, engine
from conclab.explore.loop import Loop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OLD = (3, 14)  # before it get_event_loop makes a loop for the main thread
WARNS = (3, 12)
Abstract: Any = getattr(asyncio.events, "_AbstractEventLoopPolicy", None) or asyncio.AbstractEventLoopPolicy


def new_event_loop() -> Any:
    """One that acts on the scheduler."""
    return Loop()


def get_event_loop() -> Any:
    """The running one, or the one that was set."""
    running = asyncio._get_running_loop()
    return running if running is not None else _set_one()


def _set_one() -> Any:
    run = engine.running()
    assert run is not None
    task = run.current
    if task.loop is None and not task.loop_set and not task.id and sys.version_info < OLD:
        if sys.version_info >= WARNS:
            warnings.warn("There is no current event loop", DeprecationWarning, stacklevel=3)
        set_event_loop(Loop())
    if task.loop is None:
        name = threading.current_thread().name
        raise RuntimeError(f"There is no current event loop in thread {name!r}.")
    return task.loop


def set_event_loop(loop: Any) -> None:
    """For the current task."""
    run = engine.running()
    assert run is not None
    if loop is not None and not isinstance(loop, asyncio.AbstractEventLoop):
        raise TypeError(f"loop must be an instance of AbstractEventLoop or None, not '{type(loop).__name__}'")
    run.current.loop, run.current.loop_set = loop, True


class Policy(Abstract):  # type: ignore[misc]
    """What a program is told to be the policy."""

    get_event_loop = staticmethod(_set_one)
    set_event_loop = staticmethod(set_event_loop)
    new_event_loop = staticmethod(new_event_loop)


def get_event_loop_policy() -> Any:
    """The one that was set, or one that tells about the loops here."""
    run = engine.running()
    assert run is not None
    return run.loop_policy or Policy()


def set_event_loop_policy(policy: Any) -> None:
    """Keep it, and do not ask it."""
    run = engine.running()
    assert run is not None
    run.loop_policy = policy


_real_init = asyncio.SelectorEventLoop.__init__


def _become(self: Any, *args: Any, **kwargs: Any) -> None:
    """asyncio.SelectorEventLoop(), by whatever name: becomes the usual one; with a selector it is real.

    Its `__new__` is left alone: once one was set there, no program's subclass could take an argument again.
    """
    if args or kwargs or engine.running() is None or type(self) is not asyncio.SelectorEventLoop:
        _real_init(self, *args, **kwargs)
    else:
        self.__class__ = Loop
        Loop.__init__(self)  # type: ignore[arg-type]


def replacements() -> Iterator[tuple[Any, str, Any]]:
    """What to put in whose place."""
    yield from awaits.replacements()
    yield asyncio.SelectorEventLoop, "__init__", _become
    for ours in (
        new_event_loop,
        get_event_loop,
        set_event_loop,
        get_event_loop_policy,
        set_event_loop_policy,
    ):
        for name in (ours.__name__, f"_{ours.__name__}"):
            real = vars(asyncio.events).get(name)
            if real is None:
                continue
            both = _both(real, ours)
            for module in (asyncio.events, asyncio):
                if name in vars(module):
                    yield module, name, both


def _both(real: Callable[..., Any], ours: Callable[..., Any]) -> Callable[..., Any]:
    def one_of_them(*args: Any, **kwargs: Any) -> Any:
        return real(*args, **kwargs) if engine.running() is None else ours(*args)

    return one_of_them
