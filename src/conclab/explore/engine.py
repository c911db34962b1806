"""Which execution is going on in this process, if any. There is one at most.

Primitives ask here, and so do not import the scheduler, which does not know them.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.explore.outcome import Failure, FailureKind, NotControlledError

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from conclab.explore.events import Events
    from conclab.explore.points import Points
    from conclab.explore.scheduler import Run

get_ident = threading.get_ident
HERE = str(Path(__file__).parent)
get_frame = sys._getframe


@dataclass(slots=True)
class State:
    """What is going on."""

    run: Run | None = None
    events: Events | None = None
    collects: bool = False  # the program collects garbage itself
    finalizer: int = 0  # the thread in which finalizers run of a program that has ended
    carriers: set[int] = field(default_factory=set)  # threads that belong to the engine


STATE = State()


def running() -> Run | None:
    """The execution that the calling thread is part of; None for every other thread of the process."""
    run = STATE.run
    return run if run is not None and run.ident == get_ident() else None


def is_over() -> bool:
    """Whether the calling thread runs what is left of a program: it can wait for nobody."""
    me = get_ident()
    return STATE.finalizer == me or me in STATE.carriers


def is_outside() -> bool:
    """Whether the calling thread has nothing to do with the program under test."""
    return running() is None and not is_over()


def is_tried() -> bool:
    """Whether the code under test tries locks without waiting, and so can see when one is given back."""
    events = STATE.events
    return events is not None and events.points.tries


def points() -> Points:
    """Of the code under test, while one explores."""
    assert STATE.events is not None
    return STATE.events.points


def is_users(code: CodeType) -> bool:
    """Whether code is under test."""
    events = STATE.events
    return events is not None and events.is_users(code)


def is_users_class(kind: type) -> bool:
    """Whether a class and all that it is derived from are under test."""
    return all(base is object or _has_users_methods(base) for base in kind.__mro__)


def _has_users_methods(kind: type) -> bool:
    codes = [getattr(one, "__code__", None) for one in vars(kind).values()]
    return any(code is not None and is_users(code) for code in codes)


def refuse(what: str) -> NotControlledError:
    """What can't be controlled ends the execution, even if the program catches what is raised here."""
    if STATE.run is not None:
        STATE.run.fail(Failure(FailureKind.NOT_CONTROLLED, what, task=STATE.run.current))
    return NotControlledError(what)


def is_cleared() -> bool:
    """Whether the program clears events, and so can see who was waiting when one was set."""
    events = STATE.events
    return events is not None and events.points.clears


def clears() -> None:
    """It does, though its source did not say so: a library cleared one."""
    events = STATE.events
    if events is not None and not events.points.clears:
        events.points.clears = True
        events.points.layout += 1  # steps mean something else from the next execution on


@dataclass(frozen=True, slots=True)
class Site:
    """A line of the code under test."""

    file: str
    line: int
    column: int = field(default=-1, compare=False)  # of the call in it, where that is known


def own_frame(depth: int = 1) -> FrameType | None:
    """The innermost frame of the code under test, in the calling thread."""
    events = STATE.events
    frame: FrameType | None = get_frame(depth)
    while frame is not None and events is not None and not events.is_users(frame.f_code):
        frame = frame.f_back
    return frame


def made(thing: object) -> Site | None:
    """Where a lock, a condition or an event is made; a story names things in the order in which they were."""
    run = STATE.run
    if run is None or run.trace is None:
        return None
    run.trace.made.append(thing)
    maker: FrameType | None = get_frame(2)
    while maker is not None and maker.f_code.co_filename.startswith(HERE):
        maker = maker.f_back
    if maker is None or STATE.events is None or not STATE.events.is_users(maker.f_code):
        run.trace.inner.add(id(thing))
    frame = own_frame(3)
    if frame is None:
        return None
    positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    column = -1 if positions[2] is None else positions[2]
    return Site(frame.f_code.co_filename, frame.f_lineno, column)


def site() -> Site | None:
    """Where the code under test is; looked up only while an execution is told as a story."""
    run = STATE.run
    if run is None or run.trace is None:
        return None
    frame = own_frame(2)
    return None if frame is None else Site(frame.f_code.co_filename, frame.f_lineno)
