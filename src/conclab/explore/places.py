"""Which places an operation touches: told when it is announced. Knows nothing of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.explore.operation import ANYTHING, Access, Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from conclab.explore.operation import Operation
    from conclab.explore.tasks import Task

Touches = tuple[Access, ...]
NOTHING: Touches = ()
UNKNOWN = (Access(ANYTHING, writes=True),)
CLOCK = ("clock",)
CLOCK_READ = (Access(CLOCK, writes=False),)
CLOCK_WRITE = (Access(CLOCK, writes=True),)


def touches(  # noqa: PLR0911 - one answer for each sort of operation
    task: Task, operation: Operation, frame: FrameType | None
) -> Touches:
    """What the operation touches."""
    if operation.touches is not None:
        return of_code(operation.touches, frame)
    kind = operation.kind
    obj = operation.obj
    mine = id(obj)
    if operation.name == "call_soon":  # of an event loop, from another thread
        return (Access(("event", mine), writes=True), *UNKNOWN)
    if kind is Kind.SLEEP:
        return CLOCK_WRITE
    if kind is Kind.ASK and hasattr(operation.obj, "starter"):  # whether a task is alive
        return (Access(("alive", mine), writes=True),)
    if kind is Kind.CLOCK:
        return CLOCK_WRITE if task.idle else CLOCK_READ
    if kind is Kind.WAIT:  # of an event that was not set; only a time limit lets one go on without
        return (Access(("event", mine), writes=False), *CLOCK_WRITE) if task.early else NOTHING
    if kind is Kind.RESUME and task.deadline is not None:
        return (*_takes(obj), Access(("notified", id(operation.name)), writes=True), *CLOCK_WRITE)
    made = MADE.get(kind)
    return UNKNOWN if made is None else made(obj)


def of_code(found: Callable[[FrameType], list[Access] | None], frame: FrameType | None) -> Touches:
    """What an operation of code under test touches, seen from its frame."""
    touched = None if frame is None else found(frame)
    return UNKNOWN if touched is None else tuple(touched)


def _takes(lock: Any) -> Touches:
    return (Access(("lock", id(lock)), writes=True, of=lock),)


MADE: dict[Kind, Callable[[Any], Touches]] = {
    Kind.ACQUIRE: _takes,
    Kind.RESUME: _takes,
    Kind.TRY: lambda lock: (Access(("tried", id(lock)), writes=True), *_takes(lock)),
    # Can't be turned round with taking the lock: that one waits for it.
    Kind.RELEASE: lambda lock: (Access(("tried", id(lock)), writes=True),),
    Kind.LOCKED: lambda lock: (
        Access(("tried", id(lock)), writes=True),
        Access(("lock", id(lock)), writes=False, of=lock),
    ),
    Kind.SET: lambda event: (Access(("event", id(event)), writes=True, of=event),),
    Kind.ASK: lambda event: (Access(("event", id(event)), writes=False, of=event),),
    Kind.JOIN: lambda _: NOTHING,
    Kind.YIELD: lambda _: NOTHING,
    Kind.END: lambda _: NOTHING,
}
