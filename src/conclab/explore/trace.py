"""Notes one execution in full: who did what at which line, and what it read and wrote.

The result is the `story` of the document: plain data, that every view is made of.
"""

from __future__ import annotations

import asyncio
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.coroutines import LOOPING, Coroutines
from conclab.explore.mechanism import explain
from conclab.explore.moment import Moment, step
from conclab.explore.naming import Names, where
from conclab.explore.operation import Kind
from conclab.explore.outcome import FailureKind
from conclab.explore.paths import UNKNOWN
from conclab.explore.rounds import say, told_once
from conclab.explore.standing import wants
from conclab.explore.values import shown
from conclab.explore.waits import wait_of
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
        self._chosen = False  # the next moment comes because of a decision
        self.coroutines = Coroutines(self)
        self._failed_at: dict[str, Any] = {}

    # ---- what the scheduler tells

    def announced(self, task: Task, operation: Operation, frame: FrameType | None) -> None:
        """A task is about to do something: what it did before is done now."""
        task.frame = frame if frame is not None else engine.own_frame(3)
        self._finish(task)
        if isinstance(operation.obj, asyncio.BaseEventLoop) and operation.kind in LOOPING:
            self.coroutines.pause(task)  # whoever reads knows of its tasks, and not of the loop
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
                self.put(moment, marked=False)

    def started(self, task: Task, starter: Task) -> None:
        """A task was made."""
        moment = Moment(self.teller(starter), self._site(starter), Kind.CALL, f"starts {task.name}")
        self.put(moment, marked=False)

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
        moment = Moment(self.teller(task), site, Kind.RELEASE, f"gives {self.names.of(lock)} back")
        self.put(moment, marked=False)

    def callback(self, handle: Any, task: Any) -> None:
        """An event loop runs one of its callbacks."""
        self._finish(self.run.current)
        self.coroutines.runs(handle, task)

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
        moment = Moment(self.teller(task), self._site(task, operation), operation.kind, what, blocked=blocked)
        if not blocked:
            self.chosen()
        return self.put(moment, marked=not blocked)

    def chosen(self) -> None:
        """If the schedule has left the default lately, what comes next is why."""
        if len(self.run.plan) > self._planned:
            self._planned = len(self.run.plan)
            self._chosen = True

    def put(self, moment: Moment, *, marked: bool = True) -> Moment:
        """Add a moment, and how everything stands at it."""
        if marked and self._chosen:
            moment.switch, self._chosen = True, False
        self.moments.append(moment)
        self._snapshot(moment)
        return moment

    def _site(self, task: Task, operation: Operation | None = None) -> Site | None:
        if operation is not None and operation.line:
            return engine.Site(operation.file, operation.line)
        return where(task)

    def teller(self, task: Task) -> int:
        """The thread, or the asyncio task that it is running."""
        try:
            current = asyncio.current_task()
        except RuntimeError:
            return task.id
        return task.id if current is None else self.coroutines.number(current, task)

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
        if isinstance(value, ModuleType):
            return UNKNOWN  # the name before a dot, which says nothing
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
        moment.held = {str(task.id): held for task in run.tasks if (held := self._held(task))}
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
                moment.waiting[str(task.id)] = self._wanted(task, operation)
        self.coroutines.place(moment)
        if moment.site is not None:
            moment.at[str(moment.thread)] = [Path(moment.site.file).name, moment.site.line]

    def _held(self, task: Task) -> list[str]:
        """Without what a library has locked for a moment."""
        return [self.names.of(lock) for lock in task.held if id(lock) not in self.inner]

    def _wanted(self, task: Task, operation: Operation) -> str:
        wait = wait_of(self.run, task)
        if wait is not None:
            return wait.name
        return self.names.of(operation.obj) if operation.obj is not None else "something"

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
        found |= {number: (name, of) for number, name, of, _ in self.coroutines.known.values()}
        return found

    def _text(self, name: str) -> str:
        source = self.events.points.sources.get(name)
        return source.text if source is not None else ""
