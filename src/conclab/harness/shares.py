"""How often a bug was found: the share of trials, how sure, and whether it is what was predicted. Pure.

The interval is Clopper and Pearson's, by the binomial distribution itself: it holds its level for any
number of trials, and for 0 of n as well, where rules of thumb say "never" with an interval of no width.
"""

from __future__ import annotations

from math import comb, fsum
from typing import TYPE_CHECKING

from conclab.model import Agreement
from conclab.record import Share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conclab.search import Search, SearchPrediction

LEVEL = 0.95
HALVINGS = 60  # of the range from 0 to 1: more than a float can tell apart
NARROW = 0.1  # half the width of an interval that is worth stopping for: 0 of 36, and not 0 of 9


def share(searches: Sequence[Search]) -> Share | None:
    """In how many searches it was found; None without any."""
    if not searches:
        return None
    found = sum(search.found for search in searches)
    low, high = bounds(found, len(searches), level=LEVEL)
    return Share(found, len(searches), low, high, LEVEL)


def is_narrow(known: Share) -> bool:
    """Whether more trials would say little more."""
    return (known.high - known.low) / 2 <= NARROW


def as_predicted(prediction: SearchPrediction, known: Share) -> tuple[Agreement, str]:
    """Every and none are refuted by one trial and held by the rest; other claims need the whole interval."""
    seen = f"found in {known.found} of {known.trials} trials"
    if prediction.low == 1:
        every = known.found == known.trials
        return (Agreement.HOLDS, "") if every else (Agreement.FAILS, f"{seen}, predicted in every one")
    if prediction.high == 0:
        none = known.found == 0
        return (Agreement.HOLDS, "") if none else (Agreement.FAILS, f"{seen}, predicted in none")
    if prediction.low <= known.low and known.high <= prediction.high:
        return Agreement.HOLDS, ""
    claim = f"predicted in {prediction.low:.0%} to {prediction.high:.0%}"
    if known.high < prediction.low or known.low > prediction.high:
        return Agreement.FAILS, f"{seen}, {claim}"
    return Agreement.UNCLEAR, f"{seen}, {claim}: too few trials to tell; a larger --budget gives more"


def bounds(found: int, trials: int, *, level: float) -> tuple[float, float]:
    """The shares that so many finds in so many trials do not contradict."""
    tail = (1 - level) / 2
    low = 0.0 if found == 0 else _where(lambda p: 1 - _up_to(found - 1, trials, p) > tail)
    high = 1.0 if found == trials else _where(lambda p: _up_to(found, trials, p) < tail)
    return low, high


def _where(passed: Callable[[float], bool]) -> float:
    """The share at which a condition comes true that holds from there on."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if passed(middle) else (middle, high)
    return (low + high) / 2


def _up_to(found: int, trials: int, share: float) -> float:
    """The chance of no more finds than that."""
    return fsum(comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(found + 1))
