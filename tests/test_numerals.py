"""Figures are written the same way everywhere, with the digits that matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conclab.numerals import duration, factor, interval, middle


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9751, "0.98x"),
        (1.999, "2.00x"),
        (12.34, "12.3x"),
        (105.2, "105x"),
        (0.0033, "0.0033x"),
        (0.1, "0.10x"),
    ],
)
def test_a_factor_has_at_least_two_digits_that_matter(value, text):
    """A copy can cost a factor of 300."""
    assert text == factor(value)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2.5, "2.50 s"), (0.0412, "41.2 ms"), (3.2e-5, "32.0 µs"), (4e-8, "40.0 ns"), (0.0, "0 s"), (None, "-")],
)
def test_a_duration_has_a_unit_that_fits(seconds, text):
    """And three digits."""
    assert text == duration(seconds)


def test_a_round_duration_can_be_short():
    """For the ticks of an axis."""
    assert duration(0.05, shortest=True) == "50 ms"


@given(st.floats(1e-9, 1e4))
def test_a_duration_can_be_read_back(seconds):
    """Within the digits that it shows."""
    number, unit = duration(seconds).split()

    size = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}[unit]
    assert float(number) * size == pytest.approx(seconds, rel=6e-3)


def test_an_unbounded_interval_says_that_it_is_unknown():
    """Few blocks bound nothing."""
    known = {"estimate": 1.5, "low": 1.4, "high": 1.6}

    assert interval(known) == "1.50x [1.40, 1.60]"
    assert interval(known | {"low": None, "high": None}) == "1.50x [?, ?]"
    assert interval(None) == "-"


def test_the_middle_leaves_out_what_is_missing():
    """A trial that was not made has no time."""
    assert middle([None, 1.0, 3.0, None, 2.0]) == 2.0
    assert middle([None]) is None
