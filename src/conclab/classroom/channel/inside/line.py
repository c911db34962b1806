"""The worker's end of the line: asks the grader, and waits for the answer in the thread that asked.

Nothing here is a secret or a defence: a submission can reach all of it, and gains nothing by that.
"""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock, get_ident
from collections import Counter, OrderedDict, defaultdict
from typing import TYPE_CHECKING, Any

from conclab.classroom.channel import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from socket import socket

UNKNOWN = -1  # a thread that nobody announced
DICTS = (Counter, OrderedDict)
FACTORIES = (
    None,
    int,
    float,
    str,
    list,
    set,
    dict,
    tuple,
)  # of a defaultdict; any other is code, and no data


class Slot:
    """Where one thread waits for one answer."""

    __slots__ = ("answer", "done", "lock")

    def __init__(self, done: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.answer: dict[str, Any] = {}
        self.done = done
        self.lock = allocate_lock()
        self.lock.acquire()


class Line:
    """One connection. Its reader is the worker's main thread."""

    def __init__(self, sock: socket, folder: str) -> None:
        self.sock = sock
        self.folder = folder
        self.now = 0.0  # the grader's clock
        self.tasks: dict[int, int] = {}  # by thread
        self.proxies: dict[int, Any] = {}
        self.objects: dict[int, Any] = {}
        self.make: Callable[[Line, dict[str, Any]], Any] = _nothing
        self._handles: dict[int, int] = {}
        self._slots: dict[int, Slot] = {}
        self._asked = 0
        self._made = 0
        self._sending = allocate_lock()

    # ---- messages

    def send(self, message: dict[str, Any]) -> None:
        """Send one frame whole."""
        data = wire.frame(message)
        with self._sending:
            self.sock.sendall(data)

    def receive(self) -> dict[str, Any]:
        """Wait for the next one. Raises EOFError when the grader is gone."""
        return wire.parse(self._read(wire.length(self._read(wire.HEADER))))

    def _read(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            piece = self.sock.recv(count - len(found))
            if not piece:
                raise EOFError
            found += piece
        return found

    # ---- asking

    def ask(self, target: dict[str, Any], do: str, *args: Any) -> Any:
        """Announce an operation, and wait until the grader has done it."""
        slot = Slot()
        self.announce(target, do, args, slot)
        slot.lock.acquire()
        return self.outcome(slot.answer)

    def announce(self, target: dict[str, Any], do: str, args: Sequence[Any], slot: Slot) -> int:
        """Send the question alone; returns its number."""
        packed = [self.encode(one) for one in args]
        task, at = self.task(), where(self.folder)
        with self._sending:
            self._asked += 1
            number = self._asked
            self._slots[number] = slot
            data = wire.frame(
                {**target, "fixed": None, "ask": number, "task": task, "do": do, "args": packed, "at": at}
            )
            self.sock.sendall(data)
        return number

    def idle(self, timer: float | None, slot: Slot) -> None:
        """Say that the event loop waits, and for which time."""
        with self._sending:
            self._asked += 1
            self._slots[self._asked] = slot
            self.sock.sendall(wire.frame({"idle": self._asked, "timer": timer}))

    def answered(self, message: dict[str, Any]) -> None:
        """Wake whoever asked."""
        self.now = message.get("now", self.now)
        slot = self._slots.pop(message["answer"], None)
        if slot is None:
            return
        slot.answer = message
        if slot.done is not None:
            slot.done(message)
        else:
            slot.lock.release()

    def outcome(self, answer: dict[str, Any]) -> Any:
        """Return what the grader answered, or raise it."""
        if "raise" in answer:
            raise error(answer["raise"], answer.get("text", ""))
        return self.decode(answer.get("ok"))

    def task(self) -> int:
        """Number of the calling thread."""
        return self.tasks.get(get_ident(), UNKNOWN)

    # ---- values

    def encode(self, value: Any) -> Any:
        """As it crosses."""
        return wire.encode(value, self._refer)

    def encode_result(self, value: Any) -> Any:
        """As it crosses at the end of a call: the standard library's other dicts as plain ones.

        The test compares it, and the submission does not get it back: in a shared cell it stays what it is.
        """
        return wire.encode(value, self._refer_result)

    def _refer_result(self, value: Any) -> Any:
        kind = type(value)
        plain = kind in DICTS or (kind is defaultdict and value.default_factory in FACTORIES)
        return self.encode_result(dict(value)) if plain else self._refer(value)

    def decode(self, data: Any) -> Any:
        """As it came."""
        return wire.decode(data, self._resolve)

    def _refer(self, value: Any) -> dict[str, Any]:
        target = getattr(type(value), "conclab_target", None)
        if target is not None:
            number = target(value)["obj"]
            self.proxies[number] = value
            return {wire.TAG: "c", wire.VALUE: number}
        number = self._handles.get(id(value), 0)
        if not number:
            number = len(self.objects) + 1
            self.objects[number] = value  # kept alive, so that its id stays its own
            self._handles[id(value)] = number
        return {wire.TAG: "h", wire.VALUE: number, "n": type(value).__name__[:60]}

    def _resolve(self, data: dict[str, Any]) -> Any:
        number = data[wire.VALUE]
        if data[wire.TAG] == "h":
            return self.objects[number]
        if number not in self.proxies:
            self.proxies[number] = self.make(self, data)
        return self.proxies[number]

    def own(self) -> int:
        """A number for a primitive that the submission makes for itself: below zero."""
        self._made += 1
        return -self._made

    def forget(self) -> None:
        """Before another execution: what the last one handed out is gone."""
        self.proxies = {number: one for number, one in self.proxies.items() if number < 0}
        self.objects.clear()
        self._handles.clear()
        self.now = 0.0


def _nothing(_: Line, data: dict[str, Any]) -> Any:
    raise LookupError(data)


def where(folder: str) -> list[Any] | None:
    """File and line of the submission that is being executed."""
    frame = sys._getframe(1)  # no other way to find the caller
    while frame is not None:
        if frame.f_code.co_filename.startswith(folder):
            return [os.path.basename(frame.f_code.co_filename), frame.f_lineno]  # noqa: PTH119
        frame = frame.f_back  # type: ignore[assignment]
    return None


KNOWN: dict[str, type[Exception]] = {}


def error(name: str, text: str) -> Exception:
    """The exception that the grader wants raised: a builtin one, or one made under that name."""
    if name not in KNOWN:
        builtin = getattr(sys.modules["builtins"], name, None)
        known = isinstance(builtin, type) and issubclass(builtin, Exception)
        KNOWN[name] = builtin if known else type(name, (Exception,), {})  # type: ignore[assignment]
    return KNOWN[name](text)
