"""What a thread waits for inside the standard library: a future's result, an item of a queue, a free worker.

To the scheduler each of these is a condition and no more. What it is for is read from the frames in which the
thread stands. Waits of asyncio's tasks are told in awaits.py.
"""

from __future__ import annotations

import concurrent.futures._base as base
import concurrent.futures.thread as pool
import queue
import sys
import threading
from asyncio import BaseEventLoop
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.naming import ASSIGNED, line_of, name_of, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Task

# By class and method: what is waited for, and what is said when it is there.
PARTS: tuple[tuple[type, dict[str, tuple[str, str]]], ...] = (
    (Future, dict.fromkeys(("result", "exception"), ("waits for the result of {}", "has the result of {}"))),
    (
        queue.Queue,
        {
            "get": ("waits for an item of {}", "is woken by {}"),
            "put": ("waits for room in {}", "is woken by {}"),
            "join": ("waits for all items of {} to be done", "sees that all items of {} are done"),
        },
    ),
    (queue._PySimpleQueue, {"get": ("waits for an item of {}", "is woken by {}")}),  # type: ignore[attr-defined]
    (threading.Semaphore, {"acquire": ("waits for a permit of {}", "is woken by {}")}),
    (threading.Barrier, {"wait": ("waits for the others at {}", "is let through by {}")}),
)


BASE = base.wait.__code__.co_filename
SETS = {"wait": "fs", "as_completed": "pending"}  # functions of that file, and where they keep futures
INSIDE = ("_condition", "_cond", "mutex", "_count")  # a condition, or what has one


@dataclass(frozen=True, slots=True)
class Wait:
    """What a thread waits for, and who could bring it."""

    name: str  # of the thing
    text: str
    because: str = ""  # what has to happen before
    on: tuple[Any, ...] = ()  # tasks of the scheduler
    starved: bool = False  # all of them would have to be free, and are not

    @property
    def sentence(self) -> str:
        """With the reason."""
        return f"{self.text}, {self.because}" if self.because else self.text


def wait_of(run: Run, task: Task) -> Wait | None:
    """Of a thread that waits inside a part of the library that people know; None if it does not."""
    found = _part(task)
    if found is None:
        return None
    thing, (waits, _) = found
    if isinstance(thing, Future):
        return _for_result(run, task, thing, waits)
    name = _names(run, thing) if isinstance(thing, list) else _name(run, thing)
    return Wait(name, waits.format(name))


def done_of(run: Run, task: Task) -> str:
    """In words, that it is there."""
    found = _part(task)
    if found is None:
        return ""
    thing, (_, done) = found
    return done.format("what it waited for" if isinstance(thing, list) else _name(run, thing))


def _part(task: Task) -> tuple[Any, tuple[str, str]] | None:
    """The outermost one that the code under test has called."""
    found: tuple[Any, tuple[str, str]] | None = None
    for frame in _library_frames(task):
        if frame.f_code.co_filename == BASE and frame.f_code.co_name in SETS:
            futures = frame.f_locals.get(SETS[frame.f_code.co_name], ())
            found = [one for one in futures if not one.done()], ("waits for {}", "hears of {}")
        thing = frame.f_locals.get("self")
        for kind, methods in PARTS:
            if isinstance(thing, kind) and frame.f_code.co_name in methods:
                found = thing, methods[frame.f_code.co_name]
    return found


def runs_a_loop(task: Task) -> bool:
    """Whether a thread is inside of a callback of an event loop."""
    return any(
        frame.f_code.co_name == "_run_once" and isinstance(frame.f_locals.get("self"), BaseEventLoop)
        for frame in _frames(task)
    )


def _frames(task: Task) -> Iterator[FrameType]:
    frame = sys._current_frames().get(task.ident)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _library_frames(task: Task) -> Iterator[FrameType]:
    events = engine.STATE.events
    for frame in _frames(task):
        if events is None or events.is_users(frame.f_code):
            return
        yield frame


def _name(run: Run, thing: Any) -> str:
    """By the condition inside of it, which knows where it was made."""
    known = vars(thing)
    inner = next((known[name] for name in INSIDE if name in known), thing)
    inner = getattr(inner, "_cond", inner)
    made = getattr(inner, "made", None)
    if made is not None and ASSIGNED.match(source_of(made)):
        return name_of(run, inner)
    return f"a {type(thing).__name__.strip('_').lower().removeprefix('py')}"


def _names(run: Run, futures: list[Any]) -> str:
    return " and ".join(sorted(_name(run, one) + _since(one) for one in futures)) or "futures"


def _since(future: Any) -> str:
    made = getattr(future._condition, "made", None)
    return "" if made is None else f" (submitted at {line_of(made)})"


def _for_result(run: Run, task: Task, future: Any, waits: str) -> Wait:
    name = _name(run, future)
    text = waits.format(name) + _since(future)
    worker = next((task for task in run.live if _works_on(task, future)), None)
    if worker is not None:
        return Wait(name, text, f"on which {worker.name} works", (worker,))
    workers = _workers(run, future)
    if not workers:
        still = "and as long as it waits, its own event loop stands still" if runs_a_loop(task) else ""
        return Wait(name, text, still)
    most = next((most for most in map(_most, workers) if most), len(workers))
    because = f"which waits for a free worker of the pool (max_workers={most})"
    return Wait(name, text, because, workers, starved=True)


def _works_on(task: Task, future: Any) -> bool:
    return any(
        frame.f_code.co_name == "run" and getattr(frame.f_locals.get("self"), "future", None) is future
        for frame in _frames(task)
    )


def _workers(run: Run, future: Any) -> tuple[Task, ...]:
    """Those of the pool in whose queue it stands."""
    for waiting in pool._threads_queues.values():
        if any(getattr(item, "future", None) is future for item in getattr(waiting, "_queue", ())):
            return tuple(task for task in run.live if pool._threads_queues.get(task.thread) is waiting)
    return ()


def _most(worker: Task) -> int:
    for frame in _frames(worker):
        if frame.f_code.co_name == "_worker" and "executor_reference" in frame.f_locals:
            return getattr(frame.f_locals["executor_reference"](), "_max_workers", 0)
    return 0
