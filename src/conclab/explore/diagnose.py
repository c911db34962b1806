"""What it means that nobody can go on: a deadlock, a lost wake-up, a thread that never ends, or the end."""

from __future__ import annotations

import concurrent.futures.thread as pool
from typing import TYPE_CHECKING, Any

from conclab.explore.awaits import awaits, called, circle, unheard
from conclab.explore.conditions import Condition
from conclab.explore.locks import Lock
from conclab.explore.naming import line_of, name_of
from conclab.explore.operation import Kind
from conclab.explore.outcome import Failure, FailureKind
from conclab.explore.signals import Event
from conclab.explore.standing import describe, loop_of, names_of, since, stands, stands_in, waits_of
from conclab.explore.waits import runs_a_loop, wait_of

if TYPE_CHECKING:
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
            mechanism=f"{'; '.join(stands(run, task) for task in cycle)}: none of them can ever go on",
        )
    for task in live:
        ring = circle(awaits(run, loop_of(task))) if loop_of(task) is not None else []
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
    why = "; ".join(stands_in(run, one, loop_of(task)) for one in ring)
    end = "none of them can ever go on" if several else "a lock of asyncio can't be taken twice"
    return Failure(
        FailureKind.DEADLOCK,
        text,
        task=task,
        details=[*details, f"cycle: {names}"],
        mechanism=f"{why}: {end}",
    )


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
        if runs_a_loop(task):
            why = (
                f"{name} belongs to the whole thread, whose tasks take turns at each await: one of them "
                f"holds it{since(at)} and can't go on while another waits; for tasks there is asyncio.Lock"
            )
    else:
        text = f"{task.name} waits for {name}, which {owner.name} took and never gave back"
        why = f"{owner.name} took {name}{f' at {at}' if at else ''} and ended without giving it back"
    return Failure(kind, text, task=task, details=details, mechanism=why)


def _waiting(run: Run, owed: list[Task], details: list[str]) -> Failure:
    for task in owed:
        heard = _unheard(task)
        if heard is not None:
            return _lost(task, task.name, heard, details)
        for one in awaits(run, loop_of(task)) if loop_of(task) is not None else ():
            missed = unheard(one)
            if missed is not None:
                return _lost(task, called(run, one.task), missed, details)
    who = [name for task in owed for name in names_of(run, task)]
    names, alone = ", ".join(who), len(who) == 1
    if run.tasks[0].done:
        kind, text = FailureKind.UNFINISHED, f"{names} never {'ends' if alone else 'end'}"
    else:
        kind, text = (
            FailureKind.DEADLOCK,
            f"nobody can go on: {names} {'waits' if alone else 'wait'} for ever",
        )
    loops = [loop for task in owed if (loop := loop_of(task)) is not None]
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
    waits = "; ".join(text for task in first for text in waits_of(run, task))
    return f"{waits}: nobody is left who could change that"


def _lost(task: Task, name: str, heard: tuple[str, Any, str], details: list[str]) -> Failure:
    who, at, what = heard
    place = f" at {line_of(at)}" if at else ""
    return Failure(
        FailureKind.LOST_WAKEUP,
        f"lost wake-up: {name} waits for ever",
        task=task,
        details=details,
        mechanism=f"{who} {what}{place} before {name} waited: nobody heard it, and nobody will say it again",
    )


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


def _unheard(task: Task) -> tuple[str, Any, str] | None:
    operation = task.pending
    if operation is None:
        return None
    if operation.kind is Kind.RESUME and isinstance(operation.name, Condition) and operation.name.unheard:
        who, at = operation.name.unheard[-1]
        return who.name, at, "notified"
    if isinstance(operation.obj, Event) and operation.obj.cleared:
        who, at = operation.obj.cleared[-1]
        return who.name, at, "cleared the event again"
    return None


def is_owed(task: Task) -> bool:
    """Whether the program is to end only after this task; all others end with the interpreter."""
    return not task.daemon and not _is_idle_worker(task)


def _is_idle_worker(task: Task) -> bool:
    """A worker of an executor that waits for work ends with the interpreter."""
    if task.thread not in pool._threads_queues or (task.free is not None and task.free()):
        return False
    return task.pending is not None and task.pending.kind in {Kind.RESUME, Kind.ACQUIRE}
