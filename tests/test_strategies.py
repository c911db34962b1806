"""Every strategy gives the same answers in the same order, and lets errors through."""

from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec

import pytest

import jobs
from conclab.discovery import load_all
from conclab.model import Strategy
from conclab.strategies.asyncio import gather_bounded

ALL = load_all("conclab.strategies", Strategy)


def why_not(strategy: Strategy) -> str | None:
    if sys.version_info < strategy.since:
        return f"needs Python {strategy.since}"
    if strategy.requires and find_spec(strategy.requires) is None:
        return f"needs {strategy.requires}"
    return strategy.unavailable()


def runnable():
    for name, strategy in ALL.items():
        reason = why_not(strategy)
        marks = [pytest.mark.skip(reason=reason)] if reason else []
        # A fork of a test process that has threads is what the strategy's own lane avoids.
        marks += [pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")] if strategy.alone else []
        yield pytest.param(strategy, id=name, marks=marks)


every_strategy = pytest.mark.parametrize("strategy", list(runnable()))


@every_strategy
def test_answers_come_in_the_order_of_the_arguments(strategy):
    """Same batch, same answers, for plain functions and for coroutine functions where they fit."""
    expected = [2 * number for number in range(10)]
    with strategy.open(2, jobs.nothing) as map_job:
        assert expected == map_job(jobs.double, list(range(10)))
        if strategy.wants_async:
            assert expected == map_job(jobs.double_async, list(range(10)))


@every_strategy
def test_a_pool_serves_more_than_one_batch(strategy):
    """Steady state needs a pool that stays open; an empty batch does it no harm."""
    with strategy.open(2, jobs.nothing) as map_job:
        assert map_job(jobs.double, []) == []
        assert map_job(jobs.double, [1]) == map_job(jobs.double, [1]) == [2]


@every_strategy
def test_what_a_task_raises_reaches_the_caller(strategy):
    """As itself, or inside the group that a TaskGroup makes of it."""
    with strategy.open(2, jobs.nothing) as map_job, pytest.raises(Exception) as caught:  # noqa: PT011
        map_job(jobs.refuse, [7])

    error = caught.value.exceptions[0] if isinstance(caught.value, ExceptionGroup) else caught.value
    assert "no 7 today" in str(error)


@every_strategy
def test_a_worker_that_cannot_start_is_an_error_and_not_a_wait(strategy, capfd):
    """Nobody waits at the meeting for a worker that will never come."""
    with pytest.raises(Exception), strategy.open(2, jobs.no_start):  # noqa: B017, PT011
        pass
    capfd.readouterr()  # pools print the worker's traceback


def test_a_worker_that_cannot_even_be_made_is_an_error_and_not_a_wait(monkeypatch):
    """Out of threads: those that are up already must not wait for the others."""
    import threading

    start, made = threading.Thread.start, []

    def sometimes(thread):
        made.append(thread)
        if len(made) > 1:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", sometimes)
    with pytest.raises(RuntimeError, match="can't start new thread"), ALL["threads"].open(3, jobs.nothing):
        pass


@pytest.mark.parametrize("name", ["threads", "processes", "processes-dealt", "processes-forkserver"])
def test_all_workers_are_up_when_the_pool_is_open(name):
    """Two workers meet before the first task, so no start-up is left for the clock to pay."""
    with ALL[name].open(2, jobs.nothing) as map_job:
        places = set(map_job(jobs.whereabouts, list(range(200))))

    assert 1 <= len(places) <= 2


def test_start_runs_once_in_every_thread():
    """A worker is made ready before it works, and only once."""
    started = []
    with ALL["threads"].open(3, lambda: started.append(1)) as map_job:
        map_job(jobs.double, list(range(9)))

    assert len(started) == 3


def test_no_more_tasks_are_in_flight_than_workers():
    """The bound of the asyncio strategies is a bound."""
    at_work = most = 0

    async def busy(_: int) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0)
        at_work -= 1

    asyncio.run(gather_bounded(busy, range(20), 3))

    assert most == 3
