"""A share has an interval that holds its level; claims of every and none are refuted by one trial."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conclab.harness import shares
from conclab.model import Agreement
from conclab.record import Share
from conclab.search import Search, SearchPrediction, always, never, seldom

counts = st.integers(1, 60).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


def searches(found: int, trials: int) -> list[Search]:
    return [Search("it", number < found, 5, 10, 0.1, 0) for number in range(trials)]


def at_most(found: int, trials: int, share: float) -> float:
    return sum(comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(found + 1))


@given(counts)
def test_the_ends_are_where_the_binomial_distribution_has_them(case):
    """At the upper end so few finds come in 2.5% of runs, at the lower end so many do."""
    found, trials = case
    low, high = shares.bounds(found, trials, level=0.95)

    assert low <= found / trials <= high
    assert high == 1 if found == trials else at_most(found, trials, high) == pytest.approx(0.025)
    assert low == 0 if found == 0 else 1 - at_most(found - 1, trials, low) == pytest.approx(0.025)


@pytest.mark.parametrize("trials", [1, 6, 9, 40])
def test_none_of_n_has_a_formula(trials):
    """And every one of n is its mirror image."""
    high = 1 - 0.025 ** (1 / trials)

    assert shares.bounds(0, trials, level=0.95) == pytest.approx((0, high))
    assert shares.bounds(trials, trials, level=0.95) == pytest.approx((1 - high, 1))


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Summed over every outcome, not sampled: at least 95% for any true share."""
    for trials in (3, 10, 30):
        for truth in (0.01, 0.2, 0.5, 0.9):
            held = sum(
                comb(trials, k) * truth**k * (1 - truth) ** (trials - k)
                for k in range(trials + 1)
                if shares.bounds(k, trials, level=0.95)[0] <= truth <= shares.bounds(k, trials, level=0.95)[1]
            )
            assert held >= 0.95


def test_no_trial_is_no_share():
    """Rather than 0 of 0."""
    assert shares.share([]) is None
    assert shares.share(searches(2, 9)).found == 2


@pytest.mark.parametrize(
    ("claim", "found", "trials", "agreement", "says"),
    [
        (always("x"), 9, 9, Agreement.HOLDS, ""),
        (always("x"), 8, 9, Agreement.FAILS, "found in 8 of 9 trials, predicted in every one"),
        (never("x"), 0, 9, Agreement.HOLDS, ""),
        (never("x"), 1, 9, Agreement.FAILS, "found in 1 of 9 trials, predicted in none"),
        (seldom("x"), 0, 9, Agreement.HOLDS, ""),
        (seldom("x"), 0, 3, Agreement.UNCLEAR, "found in 0 of 3 trials, predicted in 0% to 50%: too few"),
        (seldom("x"), 9, 9, Agreement.FAILS, "found in 9 of 9 trials, predicted in 0% to 50%"),
        (SearchPrediction(0.5, 1.0, "x"), 0, 9, Agreement.FAILS, "predicted in 50% to 100%"),
        (SearchPrediction(0.5, 1.0, "x"), 30, 30, Agreement.HOLDS, ""),
    ],
)
def test_a_claim_holds_fails_or_stays_unclear(claim, found, trials, agreement, says):
    """Few trials refute "every" and "none", and bear no finer claim."""
    known, why = shares.as_predicted(claim, shares.share(searches(found, trials)))

    assert known is agreement
    assert says in why
    assert bool(why) == (agreement is not Agreement.HOLDS)


@pytest.mark.parametrize(("trials", "narrow"), [(9, False), (19, True)])
def test_more_trials_are_made_until_they_would_say_little_more(trials, narrow):
    """None of nine leaves a third open."""
    known = shares.share(searches(0, trials))

    assert isinstance(known, Share)
    assert shares.is_narrow(known) is narrow
