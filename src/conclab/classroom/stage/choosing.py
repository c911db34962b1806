"""Who goes on: asked when no task runs. Virtual time passes here. Knows nothing of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.classroom.faults import StuckFault
from conclab.classroom.model import Reason
from conclab.explore.tasks import Choice

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from conclab.classroom.hosted.base import Ask
    from conclab.classroom.stage.tasks import Task
    from conclab.explore.policy import Policy

MOST_STEPS = 5_000
FAIR = 100  # after so many steps in a row, another task that can go on has its turn


class Chooser:
    """Feeds a policy of explore with the stage's tasks."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.plan: list[tuple[tuple[int, int], int]] = []  # where the policy did not take the default
        self.steps = 0
        self.now = 0.0
        self.switched = False  # whether the last choice was the policy's own
        self._streak = 0
        self._choice = Choice(None)  # type: ignore[arg-type]  # policies that want its record are not used here

    def choose(self, me: Task, waiting: Sequence[Task], circling: Collection[Task] = ()) -> Task | None:
        """One of those who wait; None if nobody can go on. Time passes also for those who only go round."""
        self.steps += 1
        me.steps += 1
        if self.steps > MOST_STEPS:
            raise StuckFault(
                f"no end after {MOST_STEPS:,} steps: somebody goes round in circles", reason=Reason.TIMEOUT
            )
        ready = [task for task in self.ready(waiting) if task not in circling]
        sleepers = [task for task in waiting if task not in ready and _early(task)]
        stays = me in ready
        if stays and self._streak >= FAIR and len(ready) > 1:
            ready.remove(me)
            stays = False
        if ready:
            default = me if stays else _next(ready, me)
            tasks, count = ready + sleepers, len(ready)
        else:
            timed = [task for task in waiting if task not in circling and _deadline(task) is not None]
            if not timed:
                return None
            default = min(timed, key=_by_deadline)
            tasks, count = [default, *(task for task in sleepers if task is not default)], 1
        chosen = self._ask(me, tasks, default, count) if len(tasks) > 1 else default
        self._streak = self._streak + 1 if chosen is me else 0
        self._pass_time(chosen)
        return chosen

    def ready(self, waiting: Sequence[Task]) -> list[Task]:
        """Those that can go on now."""
        return [task for task in waiting if task.pending is not None and self._can(task.pending)]

    def _can(self, ask: Ask) -> bool:
        """Whether it can be done now: also a wait of no seconds."""
        return ask.free() or (ask.deadline is not None and ask.deadline <= self.now)

    def _ask(self, me: Task, tasks: list[Task], default: Task, count: int) -> Task:
        choice = self._choice
        choice.key = (me.id, me.steps)
        choice.tasks = tasks  # type: ignore[assignment]  # ours have what policies look at
        choice.default = default  # type: ignore[assignment]
        choice.ready = count
        choice.stays = default is me
        chosen: Task = self.policy.choose(choice)  # type: ignore[assignment]
        self.switched = chosen is not default
        if self.switched:
            self.plan.append((choice.key, chosen.id))
        return chosen

    def _pass_time(self, chosen: Task) -> None:
        deadline = _deadline(chosen)
        assert chosen.pending is not None
        if deadline is not None and not chosen.pending.free():
            self.now = max(self.now, deadline)
            chosen.pending.timed_out = True


def _early(task: Task) -> bool:
    return task.pending is not None and task.pending.early and task.pending.deadline is not None


def _deadline(task: Task) -> float | None:
    return None if task.pending is None else task.pending.deadline


def _by_deadline(task: Task) -> tuple[float, int]:
    deadline = _deadline(task)
    assert deadline is not None
    return deadline, task.id


def _next(ready: Sequence[Task], me: Task) -> Task:
    """The next one by number: what happens when nobody decides otherwise."""
    return next((task for task in ready if task.id > me.id), ready[0])
