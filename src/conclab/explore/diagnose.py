"""What it means that nobody can go on: a deadlock, a lost wake-up, a thread that never ends, or the end."""

from __future__ import annotations

import asyncio
import concurrent.futures.thread as pool
from typing import TYPE_CHECKING, Any

from conclab.explore.conditions import Condition
from conclab.explore.locks import Lock
from conclab.explore.naming import line_of, name_of, source_of, where
from conclab.explore.operation import Kind
from conclab.explore.outcome import Failure, FailureKind
from conclab.explore.signals import Event

if TYPE_CHECKING:
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Task


def diagnose(run: Run) -> Failure | None:
    """Say what is wrong; None if whoever is left need not end (daemons, idle workers of an executor)."""
    live = [task for task in run.live if not task.done]
    owed = [task for task in live if is_owed(task)]
    if not owed:
        return leaked(run)
    details = [describe(run, task) for task in live]
    cycle = _cycle(live)
    if cycle:
        names = " -> ".join(task.name for task in [*cycle, cycle[0]])
        return Failure(
            FailureKind.DEADLOCK,
            f"deadlock: {names} wait for each other",
            task=cycle[0],
            details=[*details, f"cycle: {names}"],
            mechanism=f"{'; '.join(_stands(run, task) for task in cycle)}: none of them can ever go on",
        )
    dead = [task for task in owed if _ended_owner(task)]
    if dead:
        return _never_released(run, dead[0], details)
    return _waiting(run, owed, details)


def leaked(run: Run) -> Failure | None:
    """A lock that a thread took and waited for, and still holds at its end."""
    for task in run.tasks:
        for lock in task.held if task.done else ():
            if lock.owner is task and not lock.tried and task.id:
                at = line_of(lock.taken_at)
                return Failure(
                    FailureKind.LEAKED_LOCK,
                    f"{task.name} ended and still holds {name_of(run, lock)}"
                    + (f", taken at {at}" if at else ""),
                    task=task,
                    mechanism=f"{task.name} left without giving {name_of(run, lock)} back: "
                    "whoever wants it next waits for ever",
                )
    return None


def _never_released(run: Run, task: Task, details: list[str]) -> Failure:
    lock = task.pending.obj  # type: ignore[union-attr]
    owner = lock.owner
    at = line_of(lock.taken_at)
    name = name_of(run, lock)
    kind = FailureKind.DEADLOCK if owner is task else FailureKind.LEAKED_LOCK
    if owner is task:
        text = f"{task.name} waits for {name}, which it holds itself"
        why = f"{name} is a Lock, not an RLock: whoever holds it can't take it again"
    else:
        text = f"{task.name} waits for {name}, which {owner.name} took and never gave back"
        why = f"{owner.name} took {name}{f' at {at}' if at else ''} and ended without giving it back"
    return Failure(kind, text, task=task, details=details, mechanism=why)


def _waiting(run: Run, owed: list[Task], details: list[str]) -> Failure:
    for task in owed:
        heard = _unheard(task)
        if heard:
            who, at, what = heard
            place = line_of(at)
            return Failure(
                FailureKind.LOST_WAKEUP,
                f"lost wake-up: {task.name} waits for ever",
                task=task,
                details=details,
                mechanism=f"{who.name} {what}{f' at {place}' if place else ''} before {task.name} waited: "
                "nobody heard it, and nobody will say it again",
            )
    names = ", ".join(task.name for task in owed)
    one = len(owed) == 1
    if run.tasks[0].done:
        kind, text = FailureKind.UNFINISHED, f"{names} never {'ends' if one else 'end'}"
    else:
        kind, text = FailureKind.DEADLOCK, f"nobody can go on: {names} {'waits' if one else 'wait'} for ever"
    loops = [
        task.pending.obj
        for task in owed
        if task.pending and isinstance(task.pending.obj, asyncio.BaseEventLoop)
    ]
    why = next((_loop_mechanism(loop) for loop in loops if loop._ready), "")  # type: ignore[attr-defined]
    why = why or _nobody_left(run, owed)
    return Failure(kind, text, task=owed[0], details=details, mechanism=why)


def _loop_mechanism(loop: Any) -> str:
    count = len(loop._ready)
    return (
        f"another thread put {'a callback' if count == 1 else 'callbacks'} into the loop without waking it: "
        "from outside, only call_soon_threadsafe does that"
    )


def _nobody_left(run: Run, owed: list[Task]) -> str:
    """Who waits for what, of those that do not only wait for another one's end."""
    first = [task for task in owed if task.pending is not None and task.pending.kind is not Kind.JOIN] or owed
    waits = "; ".join(f"{task.name} {wants(run, task)}" for task in first)
    return f"{waits}: nobody is left who could change that"


def describe(run: Run, task: Task) -> str:
    """One line: what a task waits for, what it holds, and where it stands."""
    held = ", ".join(
        f"{name_of(run, lock)}{f' (taken at {line_of(lock.taken_at)})' if lock.taken_at else ''}"
        for lock in task.held
    )
    at = where(task)
    line = f"; {line_of(at)}: {source_of(at)}" if at else ""
    return f"{task.name} {wants(run, task)}; holds {held or 'nothing'}{line}"


def wants(run: Run, task: Task) -> str:  # noqa: PLR0911
    """What a task waits for, in words."""
    operation = task.pending
    if operation is None:
        return "has not begun"
    obj = operation.obj
    if operation.kind is Kind.JOIN:
        return f"waits for {obj.name} to end"
    if isinstance(obj, asyncio.BaseEventLoop):
        left = len(obj._ready)  # type: ignore[attr-defined]
        awaiting = _awaiting(obj)
        queued = f" with {left} callback{'s' * (left > 1)} queued" if left else ""
        return f"runs an event loop with nothing to do{queued}{awaiting}"
    if operation.kind is Kind.RESUME and isinstance(operation.name, Condition):
        of_users = operation.name._users
        return f"{'waits to be notified by' if of_users else 'waits for'} {name_of(run, operation.name)}"
    if isinstance(obj, Event):
        return f"waits for {name_of(run, obj)} to be set"
    if isinstance(obj, Lock):
        owner = obj.owner
        who = f", held by {'itself' if owner is task else owner.name}" if owner is not None else ""
        return f"wants {name_of(run, obj)}{who}"
    return "waits"


def _awaiting(loop: Any) -> str:
    found = []
    for task in sorted(asyncio.all_tasks(loop), key=lambda each: each.get_name()):
        at = where_awaits(task)
        name = getattr(task.get_coro(), "__name__", "a task")
        found.append(f"{name} awaits at {line_of(at)}" if at else f"{name} awaits")
    return f": {', '.join(found)}" if found else ""


def where_awaits(task: Any) -> Any:
    """The innermost line of the code under test at which an asyncio task awaits."""
    from conclab.explore import engine  # noqa: PLC0415

    at = None
    inner: Any = task.get_coro()
    events = engine.STATE.events
    while inner is not None and getattr(inner, "cr_frame", None) is not None:
        if events is not None and events.is_users(inner.cr_frame.f_code):
            at = engine.Site(inner.cr_frame.f_code.co_filename, inner.cr_frame.f_lineno)
        inner = inner.cr_await
    return at


def _lock(task: Task) -> Any:
    operation = task.pending
    if (
        operation is not None
        and operation.kind in {Kind.ACQUIRE, Kind.RESUME}
        and isinstance(operation.obj, Lock)
    ):
        return operation.obj if operation.obj.owner is not None else None
    return None


def _cycle(live: list[Task]) -> list[Task]:
    """Tasks each of which wants what the next one holds, or waits for its end."""
    waits: dict[int, Task] = {}
    for task in live:
        lock = _lock(task)
        if lock is not None and not lock.owner.done:
            waits[task.id] = lock.owner
        elif task.pending is not None and task.pending.kind is Kind.JOIN:
            waits[task.id] = task.pending.obj
    for task in live:
        path = [task]
        while path[-1].id in waits and waits[path[-1].id] not in path:
            path.append(waits[path[-1].id])
        if len(path) > 1 and waits.get(path[-1].id) is task:
            return path
    return []


def _ended_owner(task: Task) -> bool:
    lock = _lock(task)
    return lock is not None and (lock.owner.done or lock.owner is task)


def _stands(run: Run, task: Task) -> str:
    held = " and ".join(name_of(run, lock) for lock in task.held)
    return f"{task.name} {f'holds {held} and ' if held else ''}{wants(run, task)}"


def _unheard(task: Task) -> tuple[Any, Any, str] | None:
    operation = task.pending
    if operation is None:
        return None
    if operation.kind is Kind.RESUME and isinstance(operation.name, Condition) and operation.name.unheard:
        who, at = operation.name.unheard[-1]
        return who, at, "notified"
    if isinstance(operation.obj, Event) and operation.obj.cleared:
        who, at = operation.obj.cleared[-1]
        return who, at, "cleared the event again"
    return None


def is_owed(task: Task) -> bool:
    """Whether the program is to end only after this task; all others end with the interpreter."""
    return not task.daemon and not _is_idle_worker(task)


def _is_idle_worker(task: Task) -> bool:
    """A worker of an executor that waits for work ends with the interpreter."""
    if task.thread not in pool._threads_queues or (task.free is not None and task.free()):
        return False
    return task.pending is not None and task.pending.kind in {Kind.RESUME, Kind.ACQUIRE}
