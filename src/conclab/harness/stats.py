"""Arithmetic on lists of numbers: how much faster, how sure, when to stop. No variants, no clocks.

The road from times to an interval, each step checked by `benchmarks/coverage.py`:

1. The logarithm of baseline/variant inside each block: drift shared by the block cancels.
2. Blocks far outside the bulk are set aside: a spike on one side only would pull the rest along.
3. Hodges-Lehmann estimate, with the interval that inverts Wilcoxon's signed-rank test: no normal
   distribution assumed, exact for few blocks, and a fifth narrower than the sign test's.
4. Wider when neighbouring blocks resemble each other, for then they say less than their number.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from statistics import NormalDist, fmean, median
from typing import TYPE_CHECKING

from conclab.errors import BadRequestError
from conclab.record import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Five ratios can't bound their centre at 95%: all on one side happens in 2 of 2^5 cases. Six do, at 96.9%.
FEWEST_BLOCKS = 6

# Six ratios say next to nothing of their correlation, and their 96.9% has no room left: no widening there.
# So a run must not stop on them either; a widened nine costs little and holds its level.
FEWEST_TO_STOP = 9

# A normal distribution's standard deviation is 1.4826 median absolute deviations.
MAD_TO_SD = 1.4826

# By simulation: at 3.5 (Iglewicz and Hoaglin, 1993) heavy tails lose coverage, at 5 spikes are missed.
FENCE_SDS = 4.0

# Log ratios closer to the centre than this are never set aside, even where a coarse clock repeats one value.
FENCE_FLOOR = 0.01

# The signed-rank distribution is counted up to here; beyond, the normal one agrees to one rank at 95%.
LARGEST_EXACT = 50

# Caps the widening at threefold: more correlation than this can't be told from a trend.
LARGEST_CORRELATION = 0.8


def looks() -> Iterator[int]:
    """Block counts at which a run may stop if it is precise enough: 9, 13, 19, 28, 42, 63, ... without end.

    Each is half as many again: a run that looks after every block stops at the luckiest one. Precision
    stops a run, never where the interval lies.
    """
    blocks = FEWEST_TO_STOP
    while True:
        yield blocks
        blocks = blocks * 3 // 2


def ratio_interval(
    baseline_s: Sequence[float], variant_s: Sequence[float], *, level: float = 0.95
) -> Interval:
    """Speedup of the variant over the baseline; both sequences in block order.

    Unbounded with fewer than six blocks, or too few for the level. Assumes that without spikes the log
    ratios lie symmetrically about the truth, and that their correlation is spent within a few blocks.
    """
    if not 0 < level < 1:
        raise BadRequestError(f"a level lies between 0 and 1, for example 0.95; got {level}")
    ratios = log_ratios(baseline_s, variant_s)
    if len(ratios) < FEWEST_BLOCKS:
        return Interval(math.exp(median(ratios)), 0.0, math.inf, level)
    kept = without_spikes(ratios)
    averages = _walsh_averages(kept)
    centre = median(averages)
    rank = bounding_rank(len(kept), level)
    if rank == 0:
        return Interval(math.exp(centre), 0.0, math.inf, level)
    widening = math.sqrt(len(ratios) / effective_blocks(ratios))
    low = centre - widening * (centre - averages[rank - 1])
    high = centre + widening * (averages[-rank] - centre)
    return Interval(math.exp(centre), math.exp(low), math.exp(high), level)


def log_ratios(baseline_s: Sequence[float], variant_s: Sequence[float]) -> list[float]:
    """One logarithm of baseline/variant per block."""
    if len(baseline_s) != len(variant_s):
        raise BadRequestError(
            f"ratios need one trial of each per block; there are {len(baseline_s)} and {len(variant_s)}"
        )
    if not baseline_s:
        raise BadRequestError("no blocks to compare; run at least one")
    if not all(0 < time < math.inf for time in (*baseline_s, *variant_s)):
        raise BadRequestError("a trial took no measurable time; make the batch larger")
    # One division first: a factor that is shared by the block then cancels before any rounding.
    return [math.log(baseline / variant) for baseline, variant in zip(baseline_s, variant_s, strict=True)]


def without_spikes(values: Sequence[float]) -> list[float]:
    """Leave out what lies far outside the bulk, in order; all of them when no clear bulk is left.

    More than a third outside is a second mode, not spikes: it must show in the interval.
    """
    low, high = _fences(values)
    kept = [value for value in values if low <= value <= high]
    enough = max(FEWEST_BLOCKS, len(values) * 2 / 3)
    return kept if len(kept) >= enough else list(values)


def autocorrelation(values: Sequence[float]) -> float:
    """Correlation of each value with the next one, spikes clipped to the bulk. Biased towards -1/n."""
    low, high = _fences(values)
    clipped = [min(max(value, low), high) for value in values]
    mean = fmean(clipped)
    deviations = [value - mean for value in clipped]
    total = math.fsum(deviation**2 for deviation in deviations)
    return math.fsum(a * b for a, b in pairwise(deviations)) / total if total else 0.0


def effective_blocks(values: Sequence[float]) -> float:
    """How many independent blocks would say as much as these, one value per block."""
    count = len(values)
    if count <= FEWEST_BLOCKS:
        return float(count)
    # The bias of the estimate is (1 + 4r)/n (Marriott and Pope, 1954); what the 3 and the 6 are more pays for
    # its uncertainty, and is the least that holds 93% at r = 0.3 from eight blocks on (by simulation). Always
    # applied: a widening that waits for significance misses correlation where it hurts, in short runs.
    raw = autocorrelation(values)
    correlation = min(max(raw + (3 + 6 * raw) / count, 0.0), LARGEST_CORRELATION)
    return count * (1 - correlation) / (1 + correlation)


def spread(times_s: Sequence[float]) -> float:
    """Run-to-run spread, relative and robust: 0.03 where a typical trial is 3% off."""
    logs = [math.log(time) for time in times_s]
    return math.expm1(_robust_sd(logs))


def bounding_rank(count: int, level: float) -> int:
    """Rank, from either end, of the Walsh average that bounds the centre; 0 where none does.

    The bounded interval misses the centre when the signed-rank sum is below this rank: at most (1-level)/2.
    """
    tail = (1 - level) / 2
    if count > LARGEST_EXACT:
        mean = count * (count + 1) / 4
        sd = math.sqrt(count * (count + 1) * (2 * count + 1) / 24)
        return max(0, math.floor(mean + NormalDist().inv_cdf(tail) * sd + 0.5))  # 0.5: continuity
    allowed = tail * 2**count * (1 + 1e-12)  # 1 - level is rounded: 1 - 0.96875 must allow 1 in 32
    below = 0
    for rank, ways in enumerate(signed_rank_counts(count)):
        below += ways
        if below > allowed:
            return rank
    raise AssertionError("a tail below one half ends before the distribution does")


@cache
def signed_rank_counts(count: int) -> tuple[int, ...]:
    """How many of the 2^count sign patterns give each signed-rank sum, from 0 to count(count+1)/2."""
    ways = [1]
    for rank in range(1, count + 1):
        negative = ways + [0] * rank
        positive = [0] * rank + ways
        ways = [a + b for a, b in zip(negative, positive, strict=True)]
    return tuple(ways)


def _walsh_averages(values: Sequence[float]) -> list[float]:
    """Return the means of all pairs, each value with itself included, sorted."""
    ordered = sorted(values)  # rows come out sorted, and merging sorted rows is what list.sort does best
    averages = [(a + b) / 2 for index, a in enumerate(ordered) for b in ordered[index:]]
    averages.sort()
    return averages


def _fences(values: Sequence[float]) -> tuple[float, float]:
    centre = median(values)
    reach = max(FENCE_SDS * _robust_sd(values), FENCE_FLOOR)
    return centre - reach, centre + reach


def _robust_sd(values: Sequence[float]) -> float:
    centre = median(values)
    return MAD_TO_SD * median(abs(value - centre) for value in values)
