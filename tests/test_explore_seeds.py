"""No bug of the catalogue is missed within 200 schedules, whatever the seed: slow ones, and some others."""

from __future__ import annotations

import pytest

from conclab.explore import Verdict
from conclab.explore.search import Search, Wish
from conclab.explore.target import File
from races.catalogue import PROGRAMS

MOST_SCHEDULES = 200
SEEDS = 20
SLOW = {  # those that need many schedules, told by `benchmarks/explore_vs.py --many 20`
    "if_instead_of_while",
    "event_cleared_after_drain",
    "bounded_buffer_overflow",
    "upgrade_of_two_readers",
}
STRIDE = 7  # of the others every seventh pair of program and seed
PAIRS = [
    pytest.param(path, seed, id=f"{path.stem}-{seed}")
    for number, path in enumerate(PROGRAMS)
    for seed in range(SEEDS)
    if path.stem in SLOW or (number + seed * 3) % STRIDE == 0
]


@pytest.mark.parametrize(("path", "seed"), PAIRS)
def test_no_bug_is_missed(path, seed):
    """The slowest needs most of its schedules, and never more than there are."""
    wish = Wish(budget=MOST_SCHEDULES, seed=seed, shrink=False, replays=0)
    result = Search(File(path).target("buggy"), wish, lambda *_: None).explore()

    assert result.verdict is Verdict.FAILS, result.text()
