"""Nobody can go on: says who waits for what, and whether they wait for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.classroom.faults import StuckFault
from conclab.classroom.hosted.locks import Condition, Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conclab.classroom.stage.tasks import Task


def diagnose(waiting: Sequence[Task]) -> StuckFault:
    """Name the cycle, or what nobody will ever do. `details` has a line for each task."""
    details = [stands(task) for task in waiting]
    cycle = _cycle(waiting)
    if cycle:
        names = " -> ".join(task.name for task in [*cycle, cycle[0]])
        who = f"{names} wait for each other" if len(cycle) > 1 else f"{cycle[0].name} waits for itself"
        fault = StuckFault(f"deadlock: {who}. {'; '.join(map(stands, cycle))}")
        fault.kind = "deadlock"
    else:
        fault = StuckFault(_alone(waiting))
        fault.kind = "lost-wakeup" if any(_signalled(task) for task in waiting) else "deadlock"
    fault.details = details
    return fault


def stands(task: Task) -> str:
    """What a task holds and wants, and at which line."""
    held = ", ".join(lock.name for lock in task.held)
    ask = task.pending
    if ask is None:
        return f"{task.name} waits for what never comes"
    line = f" (line {ask.at[1]})" if ask.at else ""
    owners = ", ".join(owner.name for owner in ask.target.owners(ask))
    wants = f"waits for {ask.target.label(ask)}{line}{f', held by {owners}' if owners else ''}"
    return f"{task.name} has {held} and {wants}" if held else f"{task.name} {wants}"


def _alone(waiting: Sequence[Task]) -> str:
    told = "; ".join(map(stands, waiting))
    if any(_signalled(task) for task in waiting):
        return f"nobody is left who could wake those that wait (a lost wake-up): {told}"
    gone = [owner for task in waiting for owner in _owners(task) if owner.ended]
    if gone:
        return f"{gone[0].name} ended without giving back what it held: {told}"
    return f"nobody can go on: {told}"


def _signalled(task: Task) -> bool:
    return task.pending is not None and isinstance(task.pending.target, Condition | Event)


def _owners(task: Task) -> list[Task]:
    return [] if task.pending is None else task.pending.target.owners(task.pending)


def _cycle(waiting: Sequence[Task]) -> list[Task]:
    """Tasks that wait for one another, from the lowest number on."""
    for start in waiting:
        path, task = [start], start
        while owners := [one for one in _owners(task) if not one.ended]:
            task = owners[0]
            if task in path:
                return path[path.index(task) :]
            path.append(task)
    return []
