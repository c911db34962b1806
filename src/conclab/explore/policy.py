"""What a policy is: it answers "another execution?" and "which task next?". One policy is one file.

Knows nothing of how tasks are run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Choice, Task


@dataclass(frozen=True, slots=True)
class Limits:
    """What a policy is told before the first execution."""

    preemptions: int | None  # the most of them in one execution; None: any number
    rng: Random


class Policy(Protocol):
    """Decides executions. A new one is made for each exploration."""

    exhausted: bool  # nothing is left to try within the limits
    records: bool  # wants a record of what was touched in each step
    saved: int  # schedules that need not be tried, since others are equal to them
    strayed: bool  # a schedule that was tried again went another way: the program is another one each time

    def another(self, last: Run | None) -> bool:
        """Prepare the next execution, knowing the last; False if there is none."""

    def choose(self, choice: Choice) -> Task:
        """Say which of the tasks goes on."""

    def pick(self, key: tuple[int, int], count: int, run: Run) -> int:
        """Say which of so many ready callbacks of an event loop runs; 0 is the oldest."""

    def promise(self) -> str:
        """What the executions up to now have shown, in words; empty: a sample, and no more than that."""


@dataclass(frozen=True, slots=True)
class Way:
    """A policy by name: what its file defines."""

    make: Callable[[Limits], Policy]
    about: str


class Base:
    """What most policies have in common."""

    exhausted = False
    records = False
    saved = 0
    strayed = False

    def another(self, last: Run | None) -> bool:  # noqa: ARG002
        """There is always another one."""
        return True

    def choose(self, choice: Choice) -> Task:
        """Take what happens when nobody decides."""
        return choice.default

    def pick(self, key: tuple[int, int], count: int, run: Run) -> int:  # noqa: ARG002
        """Take the oldest."""
        return 0

    def promise(self) -> str:
        """Say nothing more."""
        return ""
