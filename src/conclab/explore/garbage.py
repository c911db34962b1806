"""When finalizers run: between executions. At a random place they would be a switch that nobody decided.

What an execution leaves in cycles is collected now and then, and before each execution if the program
collects garbage itself, which must be its own. What was there before the exploration is set aside, so that to
collect costs little.
"""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.outcome import Abort

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY = 100  # executions
OWN = 1000  # objects; CPython 3.12 sets aside 375 of its own when it starts
real_collect = gc.collect


@contextmanager
def held_back() -> Iterator[None]:
    """No automatic collection in here; and a finalizer that is sent home with its thread is no news."""
    hook = sys.unraisablehook

    def quiet(error: Any) -> None:
        if not issubclass(error.exc_type, Abort):
            hook(error)

    sys.unraisablehook = quiet
    collects = gc.isenabled()
    gc.collect()
    gc.disable()
    freezes = gc.get_freeze_count() < OWN  # else somebody has set aside things already
    if freezes:
        gc.freeze()
    try:
        yield
    finally:
        with alone():
            real_collect()
        if freezes:
            gc.unfreeze()
        (gc.enable if collects else gc.disable)()
        sys.unraisablehook = hook


@contextmanager
def alone() -> Iterator[None]:
    """The program has ended: its finalizers may not wait for anybody, and nobody hears what they raise."""
    hook = sys.unraisablehook
    me = engine.get_ident()

    def quiet(error: Any) -> None:
        if engine.get_ident() != me:
            hook(error)

    sys.unraisablehook = quiet
    engine.STATE.finalizer = me
    try:
        yield
    finally:
        engine.STATE.finalizer = 0
        sys.unraisablehook = hook


class Collector:
    """Collects before an execution where it matters."""

    def __init__(self) -> None:
        self._executions = 0

    def prepare(self) -> None:
        """Before an execution."""
        self._executions += 1
        if engine.STATE.collects or self._executions % EVERY == 0:
            with alone():
                real_collect()
        if gc.isenabled():
            gc.disable()  # the program has enabled it


def collect(*args: Any, **kwargs: Any) -> int:
    """gc.collect, called by the program: it must meet its own garbage alone."""
    if engine.running() is not None:
        engine.STATE.collects = True
    return real_collect(*args, **kwargs)


def forget_frames(error: BaseException | None) -> None:
    """Let go of the frames of an exception, and so of the program's objects."""
    todo, seen = [error], set()
    while todo:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = None
        todo += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            todo += one.exceptions
