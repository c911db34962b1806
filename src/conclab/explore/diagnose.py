"""What it means that nobody can go on: a deadlock, a lost wake-up, a thread that never ends, or the end."""

from __future__ import annotations

import asyncio
import concurrent.futures.thread as pool
from typing import TYPE_CHECKING, Any

from conclab.explore.awaits import awaits, called, circle, held, where_awaits
from conclab.explore.conditions import Condition
from conclab.explore.locks import Lock
from conclab.explore.naming import line_of, name_of, source_of, where
from conclab.explore.operation import Kind
from conclab.explore.outcome import Failure, FailureKind
from conclab.explore.signals import Event
from conclab.explore.waits import wait_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conclab.explore.awaits import Await
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Task
    from conclab.explore.waits import Wait


def diagnose(run: Run) -> Failure | None:
    """Say what is wrong; None if whoever is left need not end (daemons, idle workers of an executor)."""
    live = [task for task in run.live if not task.done]
    owed = [task for task in live if is_owed(task)]
    if not owed:
        return leaked(run)
    details = [line for task in live for line in describe(run, task)]
    waits = {task.id: wait for task in live if (wait := wait_of(run, task)) is not None}
    starved = next((task for task in live if task.id in waits and task in _starving(waits[task.id])), None)
    if starved is not None:
        return _starved(starved, waits, details)
    cycle = _cycle(live, waits)
    if cycle:
        names = " -> ".join(task.name for task in [*cycle, cycle[0]])
        return Failure(
            FailureKind.DEADLOCK,
            f"deadlock: {names} wait for each other",
            task=cycle[0],
            details=[*details, f"cycle: {names}"],
            mechanism=f"{'; '.join(_stands(run, task) for task in cycle)}: none of them can ever go on",
        )
    for task in live:
        ring = circle(awaits(run, _loop(task))) if _loop(task) is not None else []
        if ring:
            return _ring(run, task, ring, details)
    dead = [task for task in owed if _ended_owner(task)]
    if dead:
        return _never_released(run, dead[0], details)
    return _waiting(run, owed, details)


def _starving(wait: Wait) -> tuple[Any, ...]:
    return wait.on if wait.starved else ()


def _starved(task: Task, waits: dict[int, Wait], details: list[str]) -> Failure:
    wait = waits[task.id]
    others = " and ".join(other.name for other in wait.on if other is not task)
    only = f"its workers are {task.name} itself and {others}" if others else f"its only worker is {task.name}"
    why = "none of which is free before another one is" if others else "which is not free before it has that"
    return Failure(
        FailureKind.DEADLOCK,
        f"deadlock: {task.name} waits for work that only its own pool could do",
        task=task,
        details=details,
        mechanism=f"{task.name} {wait.sentence}: {only}, {why}",
    )


def _ring(run: Run, task: Task, ring: list[Await], details: list[str]) -> Failure:
    first = called(run, ring[0].task)
    names = " -> ".join([*(called(run, one.task) for one in ring), first])
    several = len(ring) > 1
    text = f"deadlock: {names} wait for each other" if several else f"deadlock: {first} waits for itself"
    why = "; ".join(_stands_in(run, one, _loop(task)) for one in ring)
    end = "none of them can ever go on" if several else "a lock of asyncio can't be taken twice"
    return Failure(
        FailureKind.DEADLOCK,
        text,
        task=task,
        details=[*details, f"cycle: {names}"],
        mechanism=f"{why}: {end}",
    )


def _stands_in(run: Run, one: Await, loop: Any) -> str:
    has = _has(run, one.task, loop)
    return f"{called(run, one.task)} {f'holds {has} and ' if has else ''}{one.text}"


def _has(run: Run, task: Any, loop: Any) -> str:
    return " and ".join(f"{name_of(run, thing)}{_since(at)}" for thing, at in held(task, loop))


def _since(at: str) -> str:
    return f" (taken at {at})" if at else ""


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
    who = [name for task in owed for name in _names_of(run, task)]
    names, one = ", ".join(who), len(who) == 1
    if run.tasks[0].done:
        kind, text = FailureKind.UNFINISHED, f"{names} never {'ends' if one else 'end'}"
    else:
        kind, text = FailureKind.DEADLOCK, f"nobody can go on: {names} {'waits' if one else 'wait'} for ever"
    loops = [loop for task in owed if (loop := _loop(task)) is not None]
    why = next((_loop_mechanism(loop) for loop in loops if loop._ready), "")
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
    waits = "; ".join(text for task in first for text in _waits_of(run, task))
    return f"{waits}: nobody is left who could change that"


def _waits_of(run: Run, task: Task) -> list[str]:
    """Of an event loop those of its tasks that do not only wait for each other."""
    loop = _loop(task)
    waiting = awaits(run, loop) if loop is not None else []
    if not waiting:
        return [f"{task.name} {wants(run, task, fully=True)}"]
    first = [one for one in waiting if not one.only_waits_for_tasks] or waiting
    return [f"{called(run, one.task)} {one.text}" for one in first]


def _names_of(run: Run, task: Task) -> list[str]:
    """Of an event loop the tasks that wait for something else than each other."""
    loop = _loop(task)
    waiting = awaits(run, loop) if loop is not None and not loop._ready else []
    first = [one for one in waiting if not one.only_waits_for_tasks]
    return [called(run, one.task) for one in first] or [task.name]


def _loop(task: Task) -> Any:
    """The event loop that a thread runs and that has nothing to do."""
    obj = None if task.pending is None else task.pending.obj
    return obj if isinstance(obj, asyncio.BaseEventLoop) else None


def describe(run: Run, task: Task) -> Iterator[str]:
    """What a task waits for, what it holds, and where it stands; the same of what its event loop runs."""
    held = ", ".join(f"{name_of(run, lock)}{_since(line_of(lock.taken_at))}" for lock in task.held)
    loop = _loop(task)
    waiting = awaits(run, loop) if loop is not None else []
    if held or not waiting:
        wanted = wants(run, task, fully=True)
        yield f"{task.name} {wanted}; holds {held or 'nothing'}{_standing(where(task))}"
    for one in waiting:
        has = _has(run, one.task, loop)
        at = _standing(where_awaits(one.task))
        yield f"{called(run, one.task)} {one.text}{f'; holds {has}' if has else ''}{at}"


def _standing(at: Any) -> str:
    return f"; {line_of(at)}: {source_of(at)}" if at else ""


def wants(run: Run, task: Task, *, fully: bool = False) -> str:  # noqa: PLR0911
    """What a task waits for, in words; fully: and what has to happen before."""
    operation = task.pending
    if operation is None:
        return "has not begun"
    obj = operation.obj
    if operation.kind is Kind.JOIN:
        return f"waits for {obj.name} to end"
    if isinstance(obj, asyncio.BaseEventLoop):
        left = len(obj._ready)  # type: ignore[attr-defined]
        queued = f", but for {left} callback{'s' * (left > 1)} that nobody woke it for" if left else ""
        return f"runs an event loop that has nothing to do{queued}"
    wait = wait_of(run, task)
    if wait is not None:
        return wait.sentence if fully else wait.text
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


def _lock(task: Task) -> Any:
    operation = task.pending
    if (
        operation is not None
        and operation.kind in {Kind.ACQUIRE, Kind.RESUME}
        and isinstance(operation.obj, Lock)
    ):
        return operation.obj if operation.obj.owner is not None else None
    return None


def _cycle(live: list[Task], known: dict[int, Wait]) -> list[Task]:
    """Tasks each of which wants what the next one holds, or waits for its end."""
    waits: dict[int, Task] = {}
    for task in live:
        lock = _lock(task)
        if lock is not None and not lock.owner.done:
            waits[task.id] = lock.owner
        elif task.pending is not None and task.pending.kind is Kind.JOIN:
            waits[task.id] = task.pending.obj
        elif task.id in known and known[task.id].on:
            waits[task.id] = known[task.id].on[0]
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
