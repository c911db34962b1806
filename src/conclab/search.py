"""The nouns of looking for a bug: how, what came of it, and what was expected. Standard library only.

Beside `model`, for the experiments whose answer is how often a bug is found, and not how long work takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Approach(StrEnum):
    """How a bug is looked for."""

    STRESS = "stress"  # run the program again and again as it stands
    TUNED = "stress-tuned"  # the same, with everything that is known to help
    EXPLORE = "explore"  # decide every switch, and try the schedules

    @property
    def unit(self) -> str:
        """What its tries are."""
        return "schedules" if self is Approach.EXPLORE else "runs"


@dataclass(frozen=True, slots=True)
class Search:
    """What one search brought. It ends at the first failure, or when it has used up its tries."""

    program: str
    found: bool
    tries: int  # runs or schedules, the failing one included
    limit: int  # the most of them
    seconds: float  # until it was found or given up
    seed: int
    failure: str = ""  # what went wrong, in words
    story: str = ""  # how it came to that: the failing schedule, step by step
    replay: str = ""  # the command that shows it again


@dataclass(frozen=True, slots=True)
class SearchPrediction:
    """The share of the searches that find the bug, with the reason.

    0 to 0 and 1 to 1 are claims about every search: one that shows otherwise refutes them. `parallel` marks a
    claim that needs cores: a machine that has none to give does not refute it.
    """

    low: float
    high: float
    because: str
    parallel: bool = False


def always(because: str, *, parallel: bool = False) -> SearchPrediction:
    """Every search finds it."""
    return SearchPrediction(1.0, 1.0, because, parallel)


def seldom(because: str) -> SearchPrediction:
    """It takes luck: fewer than half of the searches find it. A handful of trials can bear no finer claim."""
    return SearchPrediction(0.0, 0.5, because)


def never(because: str) -> SearchPrediction:
    """No search finds it."""
    return SearchPrediction(0.0, 0.0, because)
