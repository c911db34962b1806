"""What shared places hold, as something that can be compared from one execution to the next.

Numbers, texts and tuples are what they are. Objects have names: those that there were before the first choice
by the way on which they are reached, all others by the step that showed them. A list is what is in it. Of
anything else it is only known which step wrote it last.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections import deque
from types import CellType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from conclab.explore import engine, paths
from conclab.explore.conditions import RealCondition
from conclab.explore.locks import Lock
from conclab.explore.operation import ANYTHING, Kind
from conclab.explore.record import ALL, VERSION, Round
from conclab.explore.whiles import head_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from conclab.explore.decisions import Decisions
    from conclab.explore.operation import Access, Operation
    from conclab.explore.record import Step
    from conclab.explore.tasks import Task

SMALL = 1 << 30
LONGEST = 50  # elements of a list
LIBRARY = (threading.Semaphore, threading.Barrier, queue.Queue)
NUMBERS = (bool, float, str, bytes, type(None))
OF_TASKS = {"tried", "alive", "notified", "tasks"}  # follows from how far each task has come, and who waits
BLIND = {"append"}  # what a list is asked to do without its telling anything of what is in it


class Opaque(Exception):  # noqa: N818 - no error: an answer
    """It can't be told what that is."""


class Entered:
    """A loop that a task is in."""

    __slots__ = ("frame", "loop", "number")

    def __init__(self, frame: FrameType, loop: Any, number: int) -> None:
        self.frame = frame
        self.loop = loop
        self.number = number


class Contents:
    """Of one execution."""

    def __init__(self, run: Decisions) -> None:
        self._names: dict[int, int] = {}
        self._kept: list[Any] = []  # so that no other object gets the address
        self._shown = 0  # objects that were named after the beginning
        self._at = 0  # by this step
        self._entered: dict[int, list[Entered]] = {}
        self._loops: dict[int, int] = {}  # by task, how many it has entered
        self._begin(run)

    # ---- names

    def _begin(self, run: Decisions) -> None:
        todo: deque[Any] = deque()
        frames = sys_frames()
        for task in run.live:
            frame = frames.get(task.ident)
            while frame is not None:
                if engine.is_users(frame.f_code):
                    todo.extend(frame.f_locals.values())
                    todo.extend(frame.f_globals.get(name) for name in frame.f_code.co_names)
                frame = frame.f_back
        while todo:
            found = todo.popleft()
            if id(found) in self._names or isinstance(found, (*NUMBERS, int, type, ModuleType)):
                continue
            if hasattr(type(found), "__del__"):
                continue  # it would not come to its end where the program lets go of it
            self._names[id(found)] = len(self._names)
            self._kept.append(found)
            todo.extend(_parts(found))

    def showing(self, number: int) -> None:
        """Objects that are new are shown by this step."""
        self._at = number
        self._shown = 0

    def name(self, obj: Any) -> int:
        """The same in every execution in which the same has happened to the task that shows it."""
        found = self._names.get(id(obj))
        if found is None:
            if hasattr(type(obj), "__del__"):
                raise Opaque
            self._shown += 1
            found = self._names[id(obj)] = hash((self._at, self._shown, "shown"))
            self._kept.append(obj)
        return found

    # ---- values

    def value(self, obj: Any) -> object:
        """Of anything: itself, or its name."""
        kind = type(obj)
        if kind is int:
            return obj if 0 <= obj < SMALL else repr(obj)
        if kind in NUMBERS:
            if obj != obj:  # noqa: PLR0124 - not a number: lists find it by its address
                raise Opaque
            return (kind.__name__, repr(obj))
        if kind is tuple:
            return tuple([self.value(one) for one in obj])
        if isinstance(obj, type | ModuleType):
            return id(obj)
        return ("object", self.name(obj))

    def _list(self, obj: Any) -> object:
        if len(obj) > LONGEST:
            raise Opaque
        return tuple([self.value(one) for one in obj])

    def content(self, access: Access) -> object:  # noqa: PLR0911 - one answer for each kind of place
        """What the place holds now; VERSION if that can't be told."""
        kind = access.place[0]
        try:
            if kind == "attribute" and access.of is not None:
                held = paths.attribute(access.of, access.place[2])
                if held is paths.UNKNOWN:
                    return "missing" if _is_missing(access.of, access.place[2]) else VERSION
                return self.value(held)
            if kind == "items" and type(access.of) is list:
                return self._list(access.of)
            if kind == "event" and access.of is not None:
                return bool(access.of._flag)
            if kind == "lock" and access.of is not None and access.of.is_users:
                return None
            if kind in OF_TASKS:
                return None
        except Opaque:
            pass
        return VERSION

    def of(self, access: Access) -> object:
        """The name of the place."""
        place = access.place
        owner = access.of
        return (place[0], self.name(owner), *place[2:]) if owner is not None else place[:1] + place[2:]

    # ---- what a task sees

    def seen(self, operation: Operation, touched: tuple[Access, ...]) -> tuple[object, ...]:
        """What the operation can learn from the places that it touches."""
        return tuple([self._sees(operation, access) for access in touched])

    def _sees(self, operation: Operation, access: Access) -> object:  # noqa: PLR0911 - likewise
        place = access.place
        kind = place[0]
        thing = operation.obj
        if place is ANYTHING or (kind in {"attribute", "items"} and place[1] is None):
            return ALL
        if kind == "tried":
            return isinstance(thing, Lock) and thing.owner is not None
        if kind == "alive":
            return bool(thing.done)
        content = self.content(access)
        if content is VERSION:
            return VERSION
        if kind == "attribute" and operation.kind is Kind.STORE:
            return content == "missing"
        if access.counts or (kind == "items" and operation.kind is Kind.WRITE and access.writes):
            return len(access.of)
        if kind == "items" and operation.kind is Kind.CALL and operation.name in BLIND:
            return None
        return content

    # ---- loops

    def meets(self, task: Task, operation: Operation, frame: FrameType, step: Step) -> None:
        """The task comes to an operation in this frame: perhaps the first of another round of a loop."""
        entered = self._entered.setdefault(task.id, [])
        while entered and not _is_in(entered[-1], operation, frame):
            entered.pop()
        head = head_at(operation)
        if head is None:
            return
        loop = head.loop
        again = bool(entered) and entered[-1].frame is frame and entered[-1].loop is loop
        if again and head.enters and not head.alone:
            entered.pop()
            again = False
        if not again:
            number = self._loops[task.id] = self._loops.get(task.id, 0) + 1
            entered.append(Entered(frame, loop, number))
        looks = self._looks(task, frame)
        if looks is not None:
            lists = any(type(held) is list for held in frame.f_locals.values())
            step.rounds.append(Round(task.id, entered[-1].number, looks, lists))

    def _looks(self, task: Task, frame: FrameType) -> object:
        found: list[object] = []
        try:
            found += [(self._known(lock), lock.depth) for lock in task.held]
            for name, held in frame.f_locals.items():
                found.append((name, self._variable(held)))
        except Opaque:
            return None
        return tuple(found)

    def _variable(self, held: Any) -> object:
        """What a variable holds; also what is in a list, since nobody else need know it."""
        if type(held) is list:
            return (self._known(held), tuple([self._of_known(one) for one in held[: LONGEST + 1]]))
        if isinstance(held, (*NUMBERS, int, tuple, type, ModuleType, FunctionType, MethodType)):
            return self._of_known(held)
        if isinstance(held, Lock | RealCondition | threading.Event) or engine.is_users_class(type(held)):
            return self._of_known(held)
        raise Opaque

    def _of_known(self, held: Any) -> object:
        """What nobody has shown yet has no name: what is in it would be forgotten with this round."""
        todo = [held]
        while todo:
            one = todo.pop()
            if type(one) is tuple:
                todo += one
            elif not isinstance(one, (*NUMBERS, type, ModuleType)) and type(one) is not int:
                self._known(one)
        return self.value(held)

    def _known(self, obj: Any) -> int:
        found = self._names.get(id(obj))
        if found is None:
            raise Opaque
        return found


def _is_missing(of: Any, name: str) -> bool:
    own = paths.attribute(of, "__dict__")
    return isinstance(own, dict) and not hasattr(type(of), name) and name not in own


def _is_in(entered: Entered, operation: Operation, frame: FrameType) -> bool:
    """Whether an operation belongs to a round of that loop."""
    if entered.frame is frame:
        return bool(entered.loop.first <= operation.line <= entered.loop.last)
    outer = frame.f_back
    while outer is not None:
        if outer is entered.frame:
            return True
        outer = outer.f_back
    return False


def sys_frames() -> dict[int, FrameType]:
    """Of all threads."""
    return sys._current_frames()


def _parts(obj: Any) -> Iterator[Any]:
    if isinstance(obj, list | tuple | deque):
        yield from obj
    elif isinstance(obj, dict):
        yield from obj.values()
    elif isinstance(obj, CellType):
        try:
            yield obj.cell_contents
        except ValueError:
            return
    elif isinstance(obj, FunctionType):
        yield from obj.__closure__ or ()
    elif isinstance(obj, MethodType):
        yield obj.__self__
        yield obj.__func__
    elif isinstance(obj, threading.Thread):
        yield from (getattr(obj, name, None) for name in ("_target", "_args", "_kwargs"))
    elif isinstance(obj, LIBRARY) or engine.is_users_class(type(obj)):
        yield from getattr(obj, "__dict__", {}).values()
