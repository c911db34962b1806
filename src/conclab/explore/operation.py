"""What a task is about to do, as far as another task could see it. Knows nothing of schedules."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

Place = tuple[Any, ...]
Resolver = "Callable[[FrameType], Any]"


class Kind(IntEnum):
    """What sort of operation; the order of the first ones is of no importance."""

    LOAD = 1
    STORE = 2
    CALL = 3
    READ = 4  # of what is inside a container: an item, its length, whether it is empty
    WRITE = 5
    ACQUIRE = 6
    TRY = 7  # to take a lock without waiting
    LOCKED = 8
    RELEASE = 9
    RESUME = 10  # of a condition's waiter: it was notified, and takes the lock again
    WAIT = 11  # for an event
    SET = 12  # or clear an event
    ASK = 13  # whether an event is set
    JOIN = 14
    SLEEP = 15
    YIELD = 16
    CLOCK = 17
    LOOP = 18  # an event loop goes round, or sleeps until there is something to do
    STEP = 19  # a choice among ready callbacks of a loop
    END = 20


ANYTHING: Place = ("anything",)
LOADS = {Kind.LOAD, Kind.READ, Kind.LOCKED, Kind.ASK, Kind.CLOCK}


class Access:
    """One place that an operation touches.

    Places are `("attribute", object id or None, name)`, `("items", object id or None)`, `("lock", id)`,
    `("event", id)`, `("clock",)`, and ANYTHING. None stands for an object that could not be told.
    """

    __slots__ = ("counts", "of", "place", "writes")

    def __init__(self, place: Place, *, writes: bool, of: Any = None, counts: bool = False) -> None:
        self.place = place
        self.writes = writes
        self.of = of  # the object that has the attribute, or the container
        self.counts = counts  # only how many things are in it is looked at


class Operation:
    """One operation: of the code under test (one object a place in the code), or of a primitive."""

    __slots__ = (
        "code", "file", "kind", "line", "name", "obj", "offset", "seen", "shows_as", "tested", "text",
        "touches",
    )  # fmt: skip

    def __init__(
        self,
        kind: Kind,
        name: str = "",
        *,
        obj: Any = None,
        file: str = "",
        line: int = 0,
        text: str = "",
        touches: Callable[[FrameType], list[Access] | None] | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.obj = obj
        self.file = file
        self.line = line
        self.text = text
        self.touches = touches  # of code under test: what it touches, seen from its frame; None: nothing
        self.seen: Callable[[FrameType], Any] | None = None  # the value that a report shows
        self.shows_as = ""  # under this name
        self.tested = False  # only its truth is wanted
        self.code: Any = None
        self.offset = -1

    @property
    def reads_only(self) -> bool:
        """Whether doing it again without anybody's writing in between can bring nothing new."""
        return self.kind in LOADS
