"""Trials with a known truth, for the tests of `harness.stats` and for `benchmarks/coverage.py`.

Each scenario draws the baseline's and the variant's times, in block order, of a variant that is
TRUTH times as fast. No clock: time is the position of a trial in the run.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from conclab.harness.stats import looks, ratio_interval

TRUTH = 1.37
NOISE = 0.03  # standard deviation of one trial's logarithm: a quiet laptop has 0.01, a busy one 0.1

Times = tuple[list[float], list[float]]
Wobble = Callable[[random.Random, float], float]  # noise -> the logarithm of one trial's slowdown


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of machine. `low` is the coverage that a 95% interval must keep from 8 to 90 blocks."""

    draw: Callable[[random.Random, int, float], Times]
    low: float = 0.93
    noise: float = NOISE


def normal(rng: random.Random, noise: float) -> float:
    return rng.gauss(0, noise)


def skewed(rng: random.Random, noise: float) -> float:
    return rng.gammavariate(2, noise)


def heavy(rng: random.Random, noise: float) -> float:
    return rng.gauss(0, noise) / math.sqrt(rng.gammavariate(1.5, 2 / 3))  # Student's t, 3 degrees of freedom


def uneven(rng: random.Random, noise: float) -> float:
    return rng.gauss(0, noise * (4 if rng.random() < 0.2 else 1))


def spiky(share: float) -> Wobble:
    def wobble(rng: random.Random, noise: float) -> float:
        spike = math.log(rng.uniform(1.2, 3)) if rng.random() < share else 0.0
        return rng.gauss(0, noise) + spike

    return wobble


def independent(baseline: Wobble, variant: Wobble) -> Callable[[random.Random, int, float], Times]:
    def draw(rng: random.Random, blocks: int, noise: float) -> Times:
        return (
            [TRUTH * math.exp(baseline(rng, noise)) for _ in range(blocks)],
            [math.exp(variant(rng, noise)) for _ in range(blocks)],
        )

    return draw


def growing(rng: random.Random, blocks: int, noise: float) -> Times:
    """Noise that grows sixfold from the first block to the last."""
    scales = [noise * (0.5 + 2.5 * block / blocks) for block in range(blocks)]
    return (
        [TRUTH * math.exp(rng.gauss(0, scale)) for scale in scales],
        [math.exp(rng.gauss(0, scale)) for scale in scales],
    )


def drifting(
    drift: Callable[[random.Random, int], list[float]],
) -> Callable[[random.Random, int, float], Times]:
    """Drift goes on between the trials of a block, whose order is random."""

    def draw(rng: random.Random, blocks: int, noise: float) -> Times:
        slowdown = drift(rng, 2 * blocks)
        baseline, variant = [], []
        for block in range(blocks):
            first = rng.randrange(2)
            baseline.append(TRUTH * math.exp(slowdown[2 * block + first] + rng.gauss(0, noise)))
            variant.append(math.exp(slowdown[2 * block + 1 - first] + rng.gauss(0, noise)))
        return baseline, variant

    return draw


def walk(rng: random.Random, trials: int) -> list[float]:
    level = 0.0
    return [level := level + rng.gauss(0, 0.02) for _ in range(trials)]


def wave(rng: random.Random, trials: int) -> list[float]:
    phase = rng.uniform(0, 40)
    return [0.3 * math.sin(2 * math.pi * (trial + phase) / 40) for trial in range(trials)]


def step(rng: random.Random, trials: int) -> list[float]:
    at = rng.randrange(trials)
    return [math.log(1.3) if trial >= at else 0.0 for trial in range(trials)]


def neighbourly(rho: float) -> Callable[[random.Random, int, float], Times]:
    """Log ratios that resemble the ones before: autoregression of the first order."""

    def draw(rng: random.Random, blocks: int, noise: float) -> Times:
        noise *= math.sqrt(2)
        level = rng.gauss(0, noise)
        baseline, variant = [], []
        for _ in range(blocks):
            variant.append(math.exp(rng.gauss(0, noise)))
            baseline.append(TRUTH * math.exp(level) * variant[-1])
            level = rho * level + rng.gauss(0, noise * math.sqrt(1 - rho**2))
        return baseline, variant

    return draw


def coarse(rng: random.Random, blocks: int, noise: float) -> Times:
    """Round to a clock that ticks a hundred times a trial."""
    baseline, variant = independent(normal, normal)(rng, blocks, noise)
    return [round(time * 100) / 100 for time in baseline], [round(time * 100) / 100 for time in variant]


SCENARIOS = {
    "independent noise": Scenario(independent(normal, normal)),
    "skewed noise": Scenario(independent(skewed, skewed)),
    "heavy tails": Scenario(independent(heavy, heavy)),
    "uneven noise": Scenario(independent(uneven, uneven)),
    "growing noise": Scenario(growing),
    "coarse clock": Scenario(coarse),
    "drift: random walk": Scenario(drifting(walk)),
    "drift: wave of 30%": Scenario(drifting(wave)),
    "drift: step of 30%": Scenario(drifting(step)),
    "spikes: variant 5%": Scenario(independent(normal, spiky(0.05))),
    "spikes: variant 10%": Scenario(independent(normal, spiky(0.10))),
    "spikes: baseline 10%": Scenario(independent(spiky(0.10), normal)),
    "spikes: both 10%": Scenario(independent(spiky(0.10), spiky(0.10))),
    "neighbours, rho 0.3": Scenario(neighbourly(0.3)),
    # Beyond what so few blocks can tell: kept here so that the shortfall is seen, and does not grow.
    "neighbours, rho 0.5": Scenario(neighbourly(0.5), low=0.88),
    "spikes in 10% noise": Scenario(independent(normal, spiky(0.10)), low=0.88, noise=0.10),
}


def covered(scenario: Scenario, blocks: int, rng: random.Random) -> bool:
    """Draw one run and tell whether its interval holds the truth."""
    interval = ratio_interval(*scenario.draw(rng, blocks, scenario.noise))
    return interval.low <= TRUTH <= interval.high


def covered_at_stop(scenario: Scenario, noise: float, rng: random.Random) -> tuple[bool, int]:
    """Draw one run that stops as the harness does: at +-3% on one of the looks, or out of its budget.

    The budget is drawn at random, from 6 to 211 blocks.
    """
    budget = round(6 * 1.5 ** rng.uniform(0, 8.78))
    baseline, variant = scenario.draw(rng, budget, noise)
    for blocks in looks():
        done = min(blocks, budget)
        interval = ratio_interval(baseline[:done], variant[:done])
        if done == budget or interval.half_width <= 0.03:
            return interval.low <= TRUTH <= interval.high, done
    raise AssertionError("looks never end")
