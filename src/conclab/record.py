"""The nouns of one run: what the harness fills in and what is kept. Standard library only.

Facts first, views later: everything that is shown or saved can be computed from a Recording.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conclab.model import (
        Agreement,
        Experiment,
        InterpreterFacts,
        Prediction,
        Sighting,
        Trial,
        Variant,
        Verdict,
    )
    from conclab.search import Search, SearchPrediction


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate of a ratio with a confidence interval. Unbounded (0, inf) says: too few blocks."""

    estimate: float
    low: float
    high: float
    level: float

    @property
    def half_width(self) -> float:
        """Half the width as a relative number: 0.03 for +-3%. Infinite if a side is unbounded."""
        if self.low <= 0 or math.isinf(self.high):
            return math.inf
        return math.sqrt(self.high / self.low) - 1


@dataclass(frozen=True, slots=True)
class Share:
    """In how many trials a bug was found, with a confidence interval for the share of all such trials."""

    found: int
    trials: int
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The size that makes one task of a workload last long enough, and how long that was."""

    size: int
    tasks: int
    task_s: float | None  # None: not measured, for a search takes as long as it takes


@dataclass(frozen=True, slots=True)
class Block:
    """One trial of every variant that still answers, in random order."""

    order: tuple[str, ...]
    trials: dict[str, Trial]


@dataclass(slots=True)
class Recording:
    """All facts of one run, filled in as they come. Names of variants are the keys."""

    name: str
    experiment: Experiment
    seed: int
    budget_s: float
    environment: dict[str, object]
    lineup: list[Variant] = field(default_factory=list)
    versus: dict[str, str] = field(default_factory=dict)  # variant -> its baseline
    predictions: dict[str, Prediction] = field(default_factory=dict)
    search_predictions: dict[str, SearchPrediction] = field(default_factory=dict)
    programs: dict[str, str] = field(default_factory=dict)  # by workload: in which a bug is looked for
    left_out: dict[str, str] = field(default_factory=dict)  # variant -> why it can't run here
    interpreters: dict[str, InterpreterFacts] = field(default_factory=dict)
    calibrations: dict[str, Calibration] = field(default_factory=dict)  # by workload
    startups_s: dict[str, list[float]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    guesses: dict[str, str] = field(default_factory=dict)  # what the person predicted
    ceiling_workers: int = 0  # 0: not measured
    stopped: str = ""  # why measuring ended
    target: float = 0.03  # half the width of an interval that is narrow enough to stop
    complete: bool = False

    def trials(self, variant: str) -> list[Trial | None]:
        """Trials of one variant in block order, None where it is missing."""
        return [block.trials.get(variant) for block in self.blocks]

    def searches(self, variant: str) -> list[Search]:
        """What the searches of one variant brought, as far as they were made."""
        return [search for trial in self.trials(variant) if trial for search in trial.searches]

    def pairs(self, baseline: str, variant: str) -> tuple[list[float], list[float]]:
        """Times of two variants in those blocks that hold both."""
        both = [
            (block.trials[baseline].time_s, block.trials[variant].time_s)
            for block in self.blocks
            if baseline in block.trials and variant in block.trials
        ]
        return [first for first, _ in both], [second for _, second in both]


@dataclass(frozen=True, slots=True)
class Finding:
    """One variant's answer. `surprise` says why a prediction failed or could not be judged."""

    variant: str
    speedup: Interval | None = None
    verdict: Verdict | None = None
    answer: str = ""  # the verdict, or what can be said where it is inconclusive
    prediction: Prediction | None = None
    share: Share | None = None  # of a variant that looks for a bug
    agreement: Agreement | None = None
    surprise: str = ""
    sightings: tuple[Sighting, ...] = ()
