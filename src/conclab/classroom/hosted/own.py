"""What a worker may ask for without having been handed anything: its own primitives, threads, time, calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from conclab.classroom.faults import ProtocolFault
from conclab.classroom.hosted.base import Ask, Hosted
from conclab.classroom.hosted.locks import Condition, Event, Lock, RLock, Semaphore
from conclab.explore.operation import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_LOCKS = 10_000


class Calls(Hosted):
    """A call that the author wants made: it begins when the stage says so."""

    kind = "call"
    operations: ClassVar[Mapping[str, Kind]] = {"start": Kind.STEP}

    def __init__(self, start: Callable[[Ask], None]) -> None:
        super().__init__("the call")
        self._start = start

    def perform(self, ask: Ask) -> None:
        """Send it."""
        self._start(ask)


class Own:
    """The primitives that a submission made for itself, by the number it gave them."""

    def __init__(self, handed: Mapping[int, Hosted], place: Callable[[Any], tuple[str, int] | None]) -> None:
        self._made: dict[int, Hosted] = {}
        self._handed = handed
        self._place = place

    def find(self, message: dict[str, Any]) -> Hosted:
        """The primitive that a question is about: made when it is first used. Raises ProtocolFault."""
        number, kind = message.get("obj"), message.get("k")
        if type(number) is not int or number >= 0:
            raise ProtocolFault("a question about something that was not handed out")
        found = self._made.get(number)
        if found is None:
            if len(self._made) >= MOST_LOCKS:
                raise ProtocolFault(f"more than {MOST_LOCKS:,} locks")
            found = self._made[number] = self._make(kind, message)
            if isinstance(found, Lock):
                found.handed_out = False
        if found.kind != kind and not (kind == "bounded" and found.kind == "semaphore"):
            raise ProtocolFault("a lock that is another one now")
        return found

    def _make(self, kind: Any, message: dict[str, Any]) -> Hosted:
        at = self._place(message.get("made"))
        name = f"the {kind if type(kind) is str else 'lock'}{f' of line {at[1]}' if at else ''}"
        if kind == "lock":
            return Lock(name)
        if kind == "rlock":
            return RLock(name)
        if kind == "event":
            return Event(name)
        if kind in {"semaphore", "bounded"}:
            value = message.get("value")
            if type(value) is not int or value < 0:
                raise ProtocolFault("a semaphore without a value")
            return Semaphore(value, name, bounded=kind == "bounded")
        if kind == "condition":
            return Condition(self._lock_of(message.get("of")), name)
        raise ProtocolFault("a lock of no known kind")

    def _lock_of(self, of: Any) -> Lock:
        if type(of) is not dict:
            raise ProtocolFault("a condition without a lock")
        number = of.get("obj")
        found = self._handed.get(number) if type(number) is int and number > 0 else self.find(of)
        if isinstance(found, Condition):
            found = found.lock
        if not isinstance(found, Lock):
            raise ProtocolFault("a condition without a lock")
        return found
