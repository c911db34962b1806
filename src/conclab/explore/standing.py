"""How each thread and each task of an event loop stands, in words: what it wants, holds, and where."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from conclab.explore.awaits import awaits, called, held, where_awaits
from conclab.explore.conditions import Condition
from conclab.explore.locks import Lock
from conclab.explore.naming import line_of, name_of, source_of, where
from conclab.explore.operation import Kind
from conclab.explore.signals import Event
from conclab.explore.waits import wait_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conclab.explore.awaits import Await
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Task


def names_of(run: Run, task: Task) -> list[str]:
    """Of an event loop the tasks that wait for something else than each other."""
    loop = loop_of(task)
    waiting = awaits(run, loop) if loop is not None and not loop._ready else []
    first = [one for one in waiting if not one.only_waits_for_tasks]
    return [called(run, one.task) for one in first] or [task.name]


def loop_of(task: Task) -> Any:
    """The event loop that a thread runs and that has nothing to do."""
    obj = None if task.pending is None else task.pending.obj
    return obj if isinstance(obj, asyncio.BaseEventLoop) else None


def describe(run: Run, task: Task) -> Iterator[str]:
    """What a task waits for, what it holds, and where it stands; the same of what its event loop runs."""
    held = ", ".join(f"{name_of(run, lock)}{since(line_of(lock.taken_at))}" for lock in task.held)
    loop = loop_of(task)
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


def waits_of(run: Run, task: Task) -> list[str]:
    """Of an event loop those of its tasks that do not only wait for each other."""
    loop = loop_of(task)
    waiting = awaits(run, loop) if loop is not None else []
    if not waiting:
        return [f"{task.name} {wants(run, task, fully=True)}"]
    first = [one for one in waiting if not one.only_waits_for_tasks] or waiting
    return [f"{called(run, one.task)} {one.text}" for one in first]


def stands(run: Run, task: Task) -> str:
    """What it holds, and what it wants."""
    held = " and ".join(name_of(run, lock) for lock in task.held)
    return f"{task.name} {f'holds {held} and ' if held else ''}{wants(run, task)}"


def stands_in(run: Run, one: Await, loop: Any) -> str:
    """The same of a task of an event loop."""
    has = _has(run, one.task, loop)
    return f"{called(run, one.task)} {f'holds {has} and ' if has else ''}{one.text}"


def _has(run: Run, task: Any, loop: Any) -> str:
    return " and ".join(f"{name_of(run, thing)}{since(at)}" for thing, at in held(task, loop))


def since(at: str) -> str:
    """Since which line something is held."""
    return f" (taken at {at})" if at else ""
