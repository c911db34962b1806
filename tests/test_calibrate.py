"""Calibration reaches its target, whatever the cost function, and always ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conclab.harness.calibrate import ROUNDS, calibrate


@given(power=st.floats(0.8, 2.0), unit=st.floats(1e-8, 1e-4), target=st.floats(1e-3, 1e-1))
def test_a_smooth_cost_reaches_the_target(power, unit, target):
    """Linear or quadratic, fast or slow: within a quarter of the target, or as near as one step allows."""
    size, seconds = calibrate(lambda size: unit * size**power, size=1000, target_s=target)

    assert seconds == pytest.approx(unit * size**power)
    one_step = unit * ((size + 1) ** power - size**power)
    assert abs(seconds - target) <= 0.25 * target + one_step


@given(st.floats(1e-9, 10))
def test_a_cost_that_does_not_follow_the_size_ends_it_anyway(seconds):
    """A constant cost can't be steered."""
    calls = []

    def run(size):
        calls.append(size)
        return seconds

    calibrate(run, size=10, target_s=0.005)

    assert len(calls) <= ROUNDS + 1
    assert min(calls) >= 1


def test_a_good_start_is_left_alone():
    """One trial, no change."""
    assert calibrate(lambda _: 0.005, size=77, target_s=0.005) == (77, 0.005)
