"""Correct classics are tried out at two preemptions; the answer says so, and how many schedules it saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from conclab.explore import Verdict, explore

FOLDER = Path(__file__).parent / "races" / "exhaust"
ENDED = ["readers_writer", "dining_philosophers", "dining_philosophers_twice"]


@pytest.mark.parametrize("name", ENDED)
def test_all_schedules_with_two_preemptions_are_covered(name):
    """By one search alone; the default policy comes to the same end, later."""
    result = explore(f"{FOLDER / name}.py:scenario", policy="reduced", preemptions=2, budget=10_000)

    assert result.verdict is Verdict.HOLDS, result.text()
    assert result.coverage.sentence.startswith("all schedules with up to 2 preemptions")
    assert result.coverage.saved > 0
