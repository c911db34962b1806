"""Callbacks and futures: other ways to get hold of the same answers."""

from __future__ import annotations

import threading

import pytest

import jobs
from conclab.discovery import load
from conclab.model import Strategy

PATIENCE_S = 30
both = pytest.mark.parametrize("name", ["callbacks", "futures"])


@both
def test_answers_are_in_the_order_of_the_batch_though_the_last_ends_first(name):
    """Each task waits for the one after it, so that they end in reverse."""
    done = [threading.Event() for _ in range(4)]
    done[3].set()
    ended = []

    def after_the_next(task: int) -> int:
        assert done[task].wait(PATIENCE_S)
        ended.append(task)
        if task:
            done[task - 1].set()
        return 10 * task

    with load("conclab.strategies", name, Strategy).open(4, jobs.nothing) as map_job:
        assert map_job(after_the_next, range(4)) == [0, 10, 20, 30]
    assert ended == [3, 2, 1, 0]


@both
def test_all_tasks_are_under_way_at_once(name):
    """They meet at a barrier, which one after the other never would."""
    meeting = threading.Barrier(3, timeout=PATIENCE_S)
    with load("conclab.strategies", name, Strategy).open(3, jobs.nothing) as map_job:
        assert sorted(map_job(lambda _: meeting.wait(), range(3))) == [0, 1, 2]


@both
def test_an_error_comes_when_everybody_is_done_and_the_pool_lives_on(name):
    """One of three refuses; the next batch is served."""
    with load("conclab.strategies", name, Strategy).open(2, jobs.nothing) as map_job:
        with pytest.raises(ZeroDivisionError):
            map_job(lambda number: 6 // number, [1, 0, 2])
        assert map_job(jobs.double, [1, 2]) == [2, 4]
