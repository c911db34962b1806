"""The worker's event loop: asyncio's own, whose time is the grader's and which says when it is idle."""

from __future__ import annotations

import selectors
import sys
import threading as announced
from _thread import allocate_lock, get_ident
from typing import TYPE_CHECKING, Any

from conclab.classroom.channel import wire
from conclab.classroom.channel.inside.line import Slot
from conclab.classroom.channel.inside.private import REAL
from conclab.classroom.channel.inside.telling import told

# What logging and asyncio lock for themselves is no step of the submission; an executor's threads are.
sys.modules["threading"] = REAL
import logging  # noqa: E402, F401

sys.modules["threading"] = announced
import concurrent.futures.thread  # noqa: E402, F401

sys.modules["threading"] = REAL
import asyncio  # noqa: E402

sys.modules["threading"] = announced

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conclab.classroom.channel.inside.line import Line
    from conclab.classroom.channel.inside.serve import Server

LOOP: Loop = None  # type: ignore[assignment]


class Selector(selectors.DefaultSelector):
    """Looks for real input, but never waits for it: whatever there is to wait for is asked of the grader."""

    idle: Callable[[], None]

    def select(self, timeout: float | None = None) -> Any:
        """Say that nothing can go on, unless something can."""
        if timeout is None or timeout > 0:
            self.idle()
        return super().select(0)


class GraderLoop(asyncio.SelectorEventLoop):
    """A loop in the grader's time."""

    def __init__(self, line: Line) -> None:
        selector = Selector()
        selector.idle = self._idle
        self._line = line
        self._mutex = allocate_lock()
        self._gate = allocate_lock()
        self._gate.acquire()
        self._asleep = False
        self._outside = False
        super().__init__(selector)

    def time(self) -> float:
        """The grader's."""
        return self._line.now

    def hand(self, callback: Callable[..., Any], *args: Any) -> None:
        """Have it called, and the loop go on. For the worker's own reader."""
        self._call_soon(callback, args, None)  # type: ignore[attr-defined]
        self._stir(tell=False)

    def call_soon_threadsafe(self, callback: Any, *args: Any, context: Any = None) -> Any:  # type: ignore[override]
        """As asyncio's; the grader is told that the loop runs again."""
        handle = self._call_soon(callback, args, context)  # type: ignore[attr-defined]
        self._stir(tell=True)
        return handle

    def _stir(self, *, tell: bool) -> None:
        with self._mutex:
            self._outside = True
            if self._asleep:
                self._asleep = False
                if tell:
                    self._line.send({"woken": True})
                self._gate.release()

    def _idle(self) -> None:
        with self._mutex:
            if self._outside:
                self._outside = False
                return
            self._asleep = True
            scheduled = self._scheduled  # type: ignore[attr-defined]
            self._line.idle(scheduled[0].when() if scheduled else None, Slot(self._timer))
        self._gate.acquire()
        self._outside = False

    def _timer(self, _: Any) -> None:
        self._stir(tell=False)


class Loop:
    """The one loop of a worker, in a thread of its own."""

    def __init__(self, server: Server) -> None:
        global LOOP  # noqa: PLW0603 - one worker, one loop
        LOOP = self
        self.server = server
        self.line = server.line
        self.task = 0
        self.ident = 0
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.loop = GraderLoop(self.line)
        self._started = False

    def belongs_to(self, task: int) -> None:
        """The number that the grader knows its thread by, in this execution."""
        self.task = task
        self.tasks.clear()
        if self.ident:
            self.line.tasks[self.ident] = task

    def take(self, message: dict[str, Any]) -> None:
        """Begin a coroutine, or cancel one."""
        self.loop.hand(self._begin if message["op"] == "acall" else self._cancel, message)
        if not self._started:
            self._started = True
            REAL.Thread(target=self._run, name="the event loop", daemon=True).start()

    def _run(self) -> None:
        self.ident = get_ident()
        self.line.tasks[self.ident] = self.task
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def _begin(self, message: dict[str, Any]) -> None:
        self.tasks[message["id"]] = self.loop.create_task(self._await(message), name=message["name"])

    def _cancel(self, message: dict[str, Any]) -> None:
        if message["id"] in self.tasks:
            self.tasks[message["id"]].cancel()

    async def _await(self, message: dict[str, Any]) -> None:
        try:
            target, args, kwargs = self.server.arguments(message)
            answer = {"ok": self.line.encode_result(await target(*args, **kwargs))}
        except wire.WireError as error:
            answer = {"unsendable": str(error)}
        except BaseException as error:  # noqa: BLE001 - whatever it is, the grader is told
            answer = {"error": told(error, self.line.folder)}
        self.tasks.pop(message["id"], None)
        self._end_executor()
        self.server.finish(message["id"], answer)

    def _end_executor(self) -> None:
        """As asyncio.run does at its end: the threads behind to_thread end with the last coroutine."""
        executor = self.loop._default_executor  # type: ignore[attr-defined]
        if executor is not None and not self.tasks:
            executor.shutdown(wait=False)  # a call that goes on must not keep the end of its coroutine back
            self.loop._default_executor = None  # type: ignore[attr-defined]


def _settle(future: asyncio.Future[dict[str, Any]], message: dict[str, Any]) -> None:
    if not future.done():  # it may have been cancelled
        future.set_result(message)


async def awaited(line: Line, target: dict[str, Any], do: str, args: Sequence[Any]) -> Any:
    """Ask the grader for work, and let the loop go on until it is done."""
    future = LOOP.loop.create_future()

    def done(message: dict[str, Any]) -> None:
        LOOP.loop.hand(_settle, future, message)

    number = line.announce({**target, "async": True}, do, args, Slot(done))
    try:
        message = await future
    except asyncio.CancelledError:
        line.send({"dropped": number})
        raise
    return line.outcome(message)
