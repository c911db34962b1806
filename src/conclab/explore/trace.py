"""Notes one execution in full: who did what at which line, and what it read and wrote.

The result is the `story` of the document: plain data, that every view is made of.
"""

from __future__ import annotations

import asyncio
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.awaits import NAMED, await_of, where_awaits
from conclab.explore.diagnose import wants
from conclab.explore.mechanism import explain
from conclab.explore.moment import Moment, step
from conclab.explore.naming import Names, where
from conclab.explore.operation import Kind
from conclab.explore.outcome import FailureKind
from conclab.explore.paths import UNKNOWN
from conclab.explore.rounds import say, told_once
from conclab.explore.values import shown
from conclab.explore.wording import done_words

if TYPE_CHECKING:
    from types import FrameType

    from conclab.explore.engine import Site
    from conclab.explore.events import Events
    from conclab.explore.operation import Operation
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Task

LONGEST = 400  # steps of a story; longer ones are cut in the middle
QUIET = {Kind.ACQUIRE, Kind.TRY, Kind.RELEASE}
LOOPING = {Kind.WAIT, Kind.YIELD}
FIRST_TASK = 1000  # asyncio tasks are numbered from here on


class Trace:
    """Hears of everything that happens in one execution."""

    def __init__(self, events: Events, run: Any = None) -> None:
        self.events = events
        self.made: list[Any] = []  # in that order
        self.inner: set[int] = set()  # of these, what a library made for its own use, by id
        self.names = Names(self.made)
        self.moments: list[Moment] = []
        self.values: dict[str, str] = {}
        self.run: Run = run
        self._open: dict[int, tuple[Moment, Operation, FrameType | None]] = {}
        self._planned = 0
        self._coroutines: dict[int, tuple[int, str, int, Any]] = {}  # by id(asyncio task)
        self._current: dict[int, Any] = {}  # the asyncio task that each thread runs
        self._stands: dict[int, tuple[Site | None, Any]] = {}  # where the others await, and what, by id
        self._taken: list[tuple[Any, Any]] = []  # locks of asyncio, and by which task
        self._failed_at: dict[str, Any] = {}

    # ---- what the scheduler tells

    def announced(self, task: Task, operation: Operation, frame: FrameType | None) -> None:
        """A task is about to do something: what it did before is done now."""
        task.frame = frame if frame is not None else engine.own_frame(3)
        self._finish(task)
        if isinstance(operation.obj, asyncio.BaseEventLoop) and operation.kind in LOOPING:
            self._pause(task)  # whoever reads knows of its tasks, and not of the loop
            return
        if task.free is not None and not task.free():
            words = wants(self.run, task)
            self._add(task, operation, f"{words}", blocked=True)

    def executes(self, task: Task, operation: Operation) -> None:
        """It is its turn."""
        if id(operation.obj) in self.inner and operation.kind in QUIET and not task.timed_out:
            return  # a queue's own lock: nobody who reads has ever seen it
        if isinstance(operation.obj, asyncio.BaseEventLoop) and operation.kind in LOOPING:
            return
        moment = self._add(task, operation, "")
        if operation.touches is not None and task.frame is not None:
            value = self._value(operation, task.frame)
            if operation.kind in {Kind.LOAD, Kind.READ} and value is not UNKNOWN:
                moment.reads.append((self._name(operation, task.frame), shown(value)))
        moment.tested = self._is_tested(operation)
        moment.what = done_words(self, task, operation)
        self._open[task.id] = (moment, operation, task.frame)
        self._snapshot(moment)

    def ended(self, task: Task) -> None:
        """A task is over."""
        self._finish(task)
        if task.id:
            task.frame = None
            moment = Moment(task.id, None, None, "ends" if self.run.failure is None else "")
            if moment.what:
                self._snapshot(moment)
                self.moments.append(moment)

    def started(self, task: Task, starter: Task) -> None:
        """A task was made."""
        moment = Moment(self._teller(starter), self._site(starter), Kind.CALL, f"starts {task.name}")
        self._snapshot(moment)
        self.moments.append(moment)

    def taken(self, lock: Any) -> None:
        """A lock is held now."""
        self.names.of(lock)
        if self.moments:
            self._snapshot(self.moments[-1])

    def released(self, lock: Any) -> None:
        """A lock was given back."""
        task = self.run.current
        self._finish(task)
        if id(lock) in self.inner:
            return
        frame = engine.own_frame(3)
        site = None if frame is None else engine.Site(frame.f_code.co_filename, frame.f_lineno)
        moment = Moment(self._teller(task), site, Kind.RELEASE, f"gives {self.names.of(lock)} back")
        self._snapshot(moment)
        self.moments.append(moment)

    def callback(self, handle: Any, task: Any) -> None:
        """An event loop runs one of its callbacks, which is a step of an asyncio task, or not."""
        here = self.run.current
        self._finish(here)
        self._pause(here)
        if task is not None:
            self._current[here.id] = task
            self._stands.pop(id(task), None)
        else:
            name = getattr(handle._callback, "__qualname__", "a callback")
            moment = Moment(here.id, None, Kind.STEP, f"the loop runs {name}")
            self._snapshot(moment)
            self.moments.append(moment)

    def _pause(self, here: Task) -> None:
        """The asyncio task that a thread ran awaits something, if it is not done."""
        task = self._current.pop(here.id, None)
        if task is None or task.done():
            return
        number = self._coroutine(task, here)
        wait = await_of(self.run, task)
        named = isinstance(wait.thing, NAMED)
        site = where_awaits(task)
        self._stands[id(task)] = (site, wait.thing if named else None)
        moment = Moment(number, site, Kind.YIELD, wait.text if named else "awaits", blocked=named)
        self._snapshot(moment)
        self.moments.append(moment)

    def took(self, thing: Any, task: Any) -> None:
        """An asyncio task has taken a lock of asyncio."""
        self._taken.append((task, thing))
        self._lock_moment(thing, Kind.ACQUIRE, "takes {}")

    def gave(self, thing: Any, task: Any) -> None:
        """It gives it back."""
        self._taken = [one for one in self._taken if one != (task, thing)]
        self._lock_moment(thing, Kind.RELEASE, "gives {} back")

    def _lock_moment(self, thing: Any, kind: Kind, words: str) -> None:
        here = self.run.current
        self._finish(here)
        name = self.names.of(thing)
        if id(thing) in self.inner:
            return
        what = f"a permit of {name}" if isinstance(thing, asyncio.Semaphore) else name
        frame = engine.own_frame(3)
        site = None if frame is None else engine.Site(frame.f_code.co_filename, frame.f_lineno)
        moment = Moment(self._teller(here), site, kind, words.format(what))
        self._snapshot(moment)
        self.moments.append(moment)

    def failed(self, run: Run) -> None:
        """The execution has failed: note where, while everybody is still there."""
        failure = run.failure
        assert failure is not None
        if failure.error is not None:
            frames = [
                frame
                for frame in traceback.extract_tb(failure.error.__traceback__)
                if self.events.is_users_file(frame.filename)
            ]
            self._failed_at["traceback"] = [
                f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}: {frame.line}"
                for frame in frames
            ]
            if frames:
                self._failed_at |= {"file": Path(frames[-1].filename).name, "line": frames[-1].lineno}
        elif failure.task is not None:
            at = where(failure.task)
            if at is not None:
                self._failed_at |= {"file": Path(at.file).name, "line": at.line}
        if failure.task is not None and self.moments:
            self._finish(failure.task)

    # ---- moments

    def _add(self, task: Task, operation: Operation, what: str, *, blocked: bool = False) -> Moment:
        moment = Moment(
            self._teller(task), self._site(task, operation), operation.kind, what, blocked=blocked
        )
        if not blocked and len(self.run.plan) > self._planned:
            self._planned = len(self.run.plan)
            moment.switch = True
        self.moments.append(moment)
        self._snapshot(moment)
        return moment

    def _site(self, task: Task, operation: Operation | None = None) -> Site | None:
        if operation is not None and operation.line:
            return engine.Site(operation.file, operation.line)
        return where(task)

    def _teller(self, task: Task) -> int:
        """The thread, or the asyncio task that it is running."""
        try:
            current = asyncio.current_task()
        except RuntimeError:
            return task.id
        return task.id if current is None else self._coroutine(current, task)

    def called(self, current: Any) -> str:
        """The name of an asyncio task."""
        thread = current.get_loop()._thread_id
        task = next((task for task in self.run.tasks if task.ident == thread), self.run.current)
        self._coroutine(current, task)
        return self._coroutines[id(current)][1]

    def _coroutine(self, current: Any, task: Task) -> int:
        known = self._coroutines.get(id(current))
        if known is None:
            coroutine = current.get_coro()
            name = getattr(coroutine, "__name__", "task")
            given = current.get_name()
            number = sum(other[1].split(" ")[0] == name for other in self._coroutines.values()) + 1
            unnamed = given.startswith("Task-") or given == "None"  # by create_task of 3.13.0
            label = given if not unnamed else name if number == 1 else f"{name} {number}"
            known = (FIRST_TASK + len(self._coroutines), label, task.id, current)
            self._coroutines[id(current)] = known
        return known[0]

    def _finish(self, task: Task) -> None:
        """What the task's last operation wrote can be seen now."""
        moment, operation, frame = self._open.pop(task.id, (None, None, None))
        if moment is None or operation is None or frame is None or operation.touches is None:
            return
        value = self._value(operation, frame)
        if value is UNKNOWN:
            return
        name = self._name(operation, frame)
        text = shown(value)
        if operation.kind in {Kind.STORE, Kind.WRITE} or (
            operation.kind is Kind.CALL and self._changed(name, text, operation, frame)
        ):
            moment.writes.append((name, text))
        elif operation.kind is Kind.CALL:
            moment.reads.append((name, text))
        self.values[name] = text
        if moment is self.moments[-1]:
            moment.values = dict(self.values)

    def _changed(self, name: str, text: str, operation: Operation, frame: FrameType) -> bool:
        """Whether a call has changed the value: as it says of itself, or as can be seen."""
        touched = operation.touches(frame) if operation.touches is not None else None
        if touched:
            return any(access.writes for access in touched)
        return name in self.values and self.values[name] != text

    def _value(self, operation: Operation, frame: FrameType) -> Any:
        value = operation.seen(frame) if operation.seen is not None else UNKNOWN
        if value is not UNKNOWN and operation.kind in {Kind.LOAD, Kind.READ}:
            self.values[self._name(operation, frame)] = shown(value)
        return value

    def _name(self, operation: Operation, frame: FrameType) -> str:
        touched = operation.touches(frame) if operation.touches is not None else None
        place = touched[0].place if touched else None
        return self.names.of_place(place, operation.shows_as or operation.text or operation.name)

    def _is_tested(self, operation: Operation) -> bool:
        return operation.kind is Kind.READ or operation.tested

    def _snapshot(self, moment: Moment) -> None:
        run = self.run
        moment.values = dict(self.values)
        moment.held = {
            str(task.id): [self.names.of(lock) for lock in task.held] for task in run.tasks if task.held
        }
        moment.waiting = {}
        moment.at = {}
        for task in run.tasks:
            if task.done:
                continue
            at = where(task)
            if at is not None:
                moment.at[str(task.id)] = [Path(at.file).name, at.line]
            operation = task.pending
            if (
                task is not run.current
                and operation is not None
                and task.free is not None
                and not task.free()
            ):
                obj = operation.obj
                moment.waiting[str(task.id)] = self.names.of(obj) if obj is not None else "something"
        for number, _, _, current in self._coroutines.values():
            at, thing = self._stands.get(id(current), (None, None))
            if at is not None and not current.done():
                moment.at[str(number)] = [Path(at.file).name, at.line]
                if thing is not None:
                    moment.waiting[str(number)] = self.names.of(thing)
            held = [self.names.of(thing) for task, thing in self._taken if task is current]
            if held:
                moment.held[str(number)] = held
        if moment.site is not None:
            moment.at[str(moment.thread)] = [Path(moment.site.file).name, moment.site.line]

    # ---- the story

    def story(self, run: Run) -> dict[str, Any]:
        """All of it as plain data; the mechanism of the failure is told, where it can be."""
        failure = run.failure
        if failure is not None and failure.kind is FailureKind.LIVELOCK:
            threads = {number: name for number, (name, _) in self._threads(run).items()}
            say(failure, self.moments, threads)
            self.moments = told_once(self.moments)
        if failure is not None and not failure.mechanism:
            failure.mechanism = explain(self.moments, self._threads(run), failure)
        kept = self.moments
        if len(kept) > LONGEST:
            kept = [*kept[: LONGEST // 2], *kept[-LONGEST // 2 :]]
        files = {
            Path(name).name: self._text(name) for name in {m.site.file for m in kept if m.site is not None}
        }
        return {
            "threads": [
                {"id": number, "name": name} | ({} if of is None else {"task_of": of})
                for number, (name, of) in self._threads(run).items()
            ],
            "files": dict(sorted(files.items())),
            "steps": [step(moment) for moment in kept],
            **({"cut": LONGEST // 2} if len(kept) < len(self.moments) else {}),
            "kept": len(kept),
            "of": len(self.moments),
            "failed_at": self._failed_at,
        }

    def _threads(self, run: Run) -> dict[int, tuple[str, int | None]]:
        found: dict[int, tuple[str, int | None]] = {task.id: (task.name, None) for task in run.tasks}
        found |= {number: (name, of) for number, name, of, _ in self._coroutines.values()}
        return found

    def _text(self, name: str) -> str:
        source = self.events.points.sources.get(name)
        return source.text if source is not None else ""
