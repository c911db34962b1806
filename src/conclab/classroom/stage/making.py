"""What a stage hands out: each is new in every execution, and kept here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from conclab.classroom.hosted.cell import Cell, Record
from conclab.classroom.hosted.containers import Deque, Dict, List
from conclab.classroom.hosted.locks import Condition, Event, Lock, RLock, Semaphore
from conclab.classroom.hosted.work import AsyncWork, Clock, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from random import Random

    from conclab.classroom.hosted.base import Hosted

Thing = TypeVar("Thing", bound="Hosted")


class Making:
    """Makes hosted things. `random` gives other values in each execution: nobody can know them before."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.hosted: dict[int, Hosted] = {}

    def cell(self, value: Any = None, name: str = "cell") -> Cell:
        """One shared value: `cell.value` in the submission."""
        return self._keep(Cell(value, name))

    def record(
        self, name: str = "record", *, fixed: Mapping[str, Any] | None = None, **fields: Any
    ) -> Record:
        """Shared fields by name. What is fixed can be read without a step, and not written."""
        return self._keep(Record(fields, {**(fixed or {})}, name))

    def list(self, items: Iterable[Any] = (), name: str = "list") -> List:
        """A shared list; `items` is the real one."""
        return self._keep(List(items, name))

    def dict(self, items: Mapping[Any, Any] | None = None, name: str = "dict") -> Dict:
        """A shared dict; `items` is the real one."""
        return self._keep(Dict(items, name))

    def deque(self, items: Iterable[Any] = (), name: str = "deque") -> Deque:
        """A shared deque; `items` is the real one."""
        return self._keep(Deque(items, name))

    def lock(self, name: str = "lock") -> Lock:
        """A lock."""
        return self._keep(Lock(name))

    def rlock(self, name: str = "rlock") -> RLock:
        """A lock that its owner may take again."""
        return self._keep(RLock(name))

    def condition(self, lock: Lock | None = None, name: str = "condition") -> Condition:
        """A condition."""
        return self._keep(Condition(lock, name))

    def semaphore(self, value: int = 1, name: str = "semaphore") -> Semaphore:
        """So many places."""
        return self._keep(Semaphore(value, name))

    def event(self, name: str = "event") -> Event:
        """An event."""
        return self._keep(Event(name))

    def clock(self, name: str = "clock") -> Clock:
        """The grader's time, with `sleep` and `monotonic`."""
        return self._keep(Clock(self, name))  # type: ignore[arg-type]  # the stage is one of these

    def work(self, result: Callable[..., Any], name: str = "") -> Work:
        """A function that the submission is to call: see Work for what is seen of it."""
        return self._keep(Work(result, name))

    def async_work(self, result: Callable[..., Any], name: str = "") -> AsyncWork:
        """A function that the submission is to await."""
        return self._keep(AsyncWork(result, name))

    def _keep(self, thing: Thing) -> Thing:
        thing.number = len(self.hosted) + 1
        self.hosted[thing.number] = thing
        return thing
