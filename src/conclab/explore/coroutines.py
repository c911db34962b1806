"""The asyncio tasks of a story: who they are, where each of them awaits, and what locks it has.

Part of a trace, and nothing without it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.awaits import NAMED, await_of, where_awaits
from conclab.explore.handles import has_begun
from conclab.explore.moment import Moment
from conclab.explore.operation import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conclab.explore.engine import Site
    from conclab.explore.tasks import Task
    from conclab.explore.trace import Trace

FIRST = 1000  # asyncio tasks are numbered from here on
LOOPING = {Kind.WAIT, Kind.YIELD}


class Coroutines:
    """Hears of what the tasks of event loops do."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.known: dict[int, tuple[int, str, int, Any]] = {}  # number, name, thread, task; by id(task)
        self._current: dict[int, Any] = {}  # the task that each thread runs
        self._stands: dict[int, tuple[Site | None, Any]] = {}  # where the others await, and what; by id(task)
        self._taken: list[tuple[Any, Any]] = []  # locks of asyncio, and by which task

    # ---- who they are

    def called(self, current: Any) -> str:
        """The name of a task."""
        run = self.trace.run
        thread = current.get_loop()._thread_id
        self.number(current, next((task for task in run.tasks if task.ident == thread), run.current))
        return self.known[id(current)][1]

    def number(self, current: Any, task: Task) -> int:
        """The number of a task that runs in a thread."""
        known = self.known.get(id(current))
        if known is None:
            name = getattr(current.get_coro(), "__name__", "task")
            given = current.get_name()
            unnamed = given.startswith("Task-") or given == "None"  # by create_task of 3.13.0
            number = sum(other[1].split(" ")[0] == name for other in self.known.values()) + 1
            label = given if not unnamed else name if number == 1 else f"{name} {number}"
            known = self.known[id(current)] = (FIRST + len(self.known), label, task.id, current)
        return known[0]

    # ---- what they do

    def runs(self, handle: Any, task: Any) -> None:
        """An event loop runs one of its callbacks, which is a step of a task, or not."""
        here = self.trace.run.current
        self.pause(here)
        self.trace.chosen()
        if task is not None:
            self._current[here.id] = task
            self._stands.pop(id(task), None)
        else:
            name = getattr(handle._callback, "__qualname__", "a callback")
            self.trace.put(Moment(here.id, None, Kind.STEP, f"the loop runs {name}"))

    def pause(self, here: Task) -> None:
        """The task that a thread ran awaits something, if it is not done."""
        task = self._current.pop(here.id, None)
        if task is None or task.done():
            return
        number = self.number(task, here)
        wait = await_of(self.trace.run, task)
        named = isinstance(wait.thing, NAMED)
        site = where_awaits(task)
        self._stands[id(task)] = (site, wait.thing if named else None)
        self.trace.put(Moment(number, site, Kind.YIELD, wait.text if named else "awaits", blocked=named))

    def overtakes(self, task: Any, others: Sequence[Any]) -> None:
        """A task goes first, though others were ready before it; of none: its sleep is over early."""
        names = " and ".join(self.called(other) for other in others)
        ready = "was" if len(others) == 1 else "were"
        number = self.number(task, self.trace.run.current)
        what = (
            f"goes first, though {names} {ready} ready before"
            if others
            else "its sleep is over, and it goes first"
        )
        self.trace.put(Moment(number, where_awaits(task) if has_begun(task) else None, Kind.STEP, what))

    def took(self, thing: Any, task: Any) -> None:
        """A task has taken a lock of asyncio."""
        self._taken.append((task, thing))
        self._did(thing, Kind.ACQUIRE, "takes {}")

    def gave(self, thing: Any, task: Any) -> None:
        """It gives it back."""
        self._taken = [one for one in self._taken if one != (task, thing)]
        self._did(thing, Kind.RELEASE, "gives {} back")

    def did(self, thing: Any, words: str) -> None:
        """An event was set or cleared, a condition notified."""
        self._did(thing, Kind.SET, words)

    def _did(self, thing: Any, kind: Kind, words: str) -> None:
        trace = self.trace
        name = trace.names.of(thing)
        if id(thing) in trace.inner:
            return
        what = f"a permit of {name}" if isinstance(thing, asyncio.Semaphore) else name
        frame = engine.own_frame(4)
        site = None if frame is None else engine.Site(frame.f_code.co_filename, frame.f_lineno)
        trace.put(Moment(trace.teller(trace.run.current), site, kind, words.format(what)))

    # ---- how they stand

    def place(self, moment: Moment) -> None:
        """Note where each of them is, what it wants and what it holds."""
        names = self.trace.names
        for number, _, _, task in self.known.values():
            at, thing = self._stands.get(id(task), (None, None))
            if at is not None and not task.done():
                moment.at[str(number)] = [Path(at.file).name, at.line]
                if thing is not None:
                    moment.waiting[str(number)] = names.of(thing)
            held = [names.of(lock) for holder, lock in self._taken if holder is task]
            if held:
                moment.held[str(number)] = held
