"""Stand-ins for what the grader hosts: every operation is a question, and the answer is data.

There is nothing behind them on this side. What may be asked is decided by the grader; the methods here are
for the reader, and for Python's own syntax.
"""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conclab.classroom.channel.inside.line import Line


class Hosted:
    """Something in the grader."""

    _line: Line
    _target: dict[str, Any]

    def __init__(self, line: Line, target: dict[str, Any]) -> None:
        object.__setattr__(self, "_line", line)
        object.__setattr__(self, "_target", target)

    def conclab_target(self) -> dict[str, Any]:
        """Which one."""
        return self._target

    def _ask(self, do: str, *args: Any) -> Any:
        return self._line.ask(self._target, do, *args)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of the grader>"


class Cell(Hosted):
    """One shared value."""

    @property
    def value(self) -> Any:
        """Reading it is one step, writing it another."""
        return self._ask("get")

    @value.setter
    def value(self, value: Any) -> None:
        self._ask("set", value)


class Record(Hosted):
    """Shared fields."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        fixed = self._target["fixed"]
        return self._line.decode(fixed[name]) if name in fixed else self._ask("get", name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", name, value)


def _operation(name: str) -> Callable[..., Any]:
    def ask(self: Hosted, *args: Any) -> Any:
        return self._ask(name, *args)

    ask.__name__ = name
    return ask


class Container(Hosted):
    """What lists, dicts and deques have in common. A copy of one is a builtin one."""

    builtin: type = list
    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return int(self._ask("len"))

    def __getitem__(self, key: Any) -> Any:
        return self._ask("getitem", key)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        found: bool = self.__copy__() == (other.__copy__() if isinstance(other, Container) else other)
        return found

    def __copy__(self) -> Any:
        return self.builtin(self._ask("copy"))

    def copy(self) -> Any:
        """One of its own, a builtin one, as of one moment."""
        return self.__copy__()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return deepcopy(self.__copy__(), memo)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._ask("setitem", key, value)

    def __delitem__(self, key: Any) -> None:
        self._ask("delitem", key)

    def __contains__(self, value: Any) -> bool:
        return bool(self._ask("contains", value))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._ask("iter"))

    clear = _operation("clear")
    pop = _operation("pop")


class List(Container):
    """A shared list."""

    def __getitem__(self, key: Any) -> Any:
        return self._ask("copy")[key] if isinstance(key, slice) else self._ask("getitem", key)

    def __add__(self, other: Any) -> Any:
        return self.__copy__() + (other.__copy__() if isinstance(other, Container) else other)

    def __radd__(self, other: Any) -> Any:
        return other + self.__copy__()

    def __iadd__(self, other: Any) -> Any:
        self._ask("extend", list(other))
        return self

    append = _operation("append")
    extend = _operation("extend")
    insert = _operation("insert")
    remove = _operation("remove")
    index = _operation("index")
    count = _operation("count")
    sort = _operation("sort")
    reverse = _operation("reverse")


class Dict(Container):
    """A shared dict."""

    builtin = dict

    get = _operation("get")
    setdefault = _operation("setdefault")
    update = _operation("update")
    keys = _operation("keys")
    values = _operation("values")
    items = _operation("items")
    popitem = _operation("popitem")


class Deque(List):
    """A shared deque."""

    builtin = deque
    __getitem__ = Container.__getitem__

    appendleft = _operation("appendleft")
    popleft = _operation("popleft")
    extendleft = _operation("extendleft")
    rotate = _operation("rotate")


class Lock(Hosted):
    """A lock that the grader keeps."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Wait until it is free, or try."""
        return bool(self._ask("acquire", bool(blocking), timeout))

    def release(self) -> None:
        """Give it back."""
        self._ask("release")

    def locked(self) -> bool:
        """Whether somebody has it."""
        return bool(self._ask("locked"))

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class RLock(Lock):
    """A lock that its owner may take again."""


class Condition(Lock):
    """A condition, with a lock of its own or a given one."""

    def wait(self, timeout: float | None = None) -> bool:
        """Give the lock back, wait for a notification, take the lock again."""
        return bool(self._ask("wait", timeout))

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        """Wait until it holds."""
        until = None if timeout is None else self._line.now + timeout
        while not (found := predicate()):
            left = None if until is None else until - self._line.now
            if left is not None and left <= 0:
                return found
            self.wait(left)
        return found

    def notify(self, n: int = 1) -> None:
        """Wake so many of those who wait."""
        self._ask("notify", n)

    def notify_all(self) -> None:
        """Wake all who wait."""
        self._ask("notify_all")


class Semaphore(Hosted):
    """A number of places."""

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        """Wait for a place, or try."""
        return bool(self._ask("acquire", bool(blocking), timeout))

    def release(self, n: int = 1) -> None:
        """Give places back."""
        self._ask("release", n)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class Event(Hosted):
    """Set or not."""

    is_set = _operation("is_set")
    set = _operation("set")
    clear = _operation("clear")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set."""
        return bool(self._ask("wait", timeout))


class Clock(Hosted):
    """Time that passes only when nothing else can."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._ask("sleep", seconds)

    def monotonic(self) -> float:
        """Now."""
        return float(self._ask("monotonic"))

    time = monotonic


class Work(Hosted):
    """A function that the grader carries out, and watches."""

    def __call__(self, *args: Any) -> Any:
        """Have it done, and wait."""
        return self._ask("call", *args)


class AsyncWork(Hosted):
    """The same, to be awaited."""

    def __call__(self, *args: Any) -> Any:
        """Have it done, when it is awaited."""
        from conclab.classroom.channel.inside.loop import awaited  # noqa: PLC0415 - asyncio is slow to import

        return awaited(self._line, self._target, "call", args)


KINDS: dict[str, type[Hosted]] = {
    "cell": Cell, "record": Record, "list": List, "dict": Dict, "deque": Deque, "lock": Lock, "rlock": RLock,
    "condition": Condition, "semaphore": Semaphore, "event": Event, "clock": Clock, "work": Work,
    "asyncwork": AsyncWork,
}  # fmt: skip


def make(line: Line, data: dict[str, Any]) -> Hosted:
    """The stand-in for what the grader hosts under a number."""
    return KINDS[data["k"]](line, {"obj": data["v"], **({"fixed": data["fixed"]} if "fixed" in data else {})})
