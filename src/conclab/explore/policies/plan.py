"""Replay: the default everywhere but at the places that a plan names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.policy import Base, Way

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Choice, Task

Deviation = tuple[tuple[int, int], int]


class Plan(Base):
    """Follows one list of deviations: at a task's n-th decision, this one goes on."""

    def __init__(self, deviations: Iterable[Deviation] = ()) -> None:
        self.deviations = dict(deviations)
        self.missed: list[Deviation] = []  # named a task that could not go on there
        self.left = len(self.deviations)
        self.asked = False  # there was something to decide

    def another(self, last: Run | None) -> bool:
        """There is one execution."""
        return last is None

    def choose(self, choice: Choice) -> Task:
        """Deviate where the plan says so."""
        self.asked = True
        wanted = self.deviations.get(choice.key)
        if wanted is None:
            return choice.default
        self.left -= 1
        for task in choice.tasks:
            if task.id == wanted:
                return task
        self.missed.append((choice.key, wanted))
        return choice.default

    def pick(self, key: tuple[int, int], count: int, run: Run) -> int:  # noqa: ARG002
        """Deviate where the plan says so."""
        self.asked = True
        wanted = self.deviations.get(key)
        if wanted is None:
            return 0
        self.left -= 1
        if wanted < count:
            return wanted
        self.missed.append((key, wanted))
        return 0

    @property
    def followed(self) -> bool:
        """Whether every place of the plan was met."""
        return not self.left and not self.missed


WAY = Way(lambda _: Plan(), "the order that nobody decides, once; with a code, a replay")
