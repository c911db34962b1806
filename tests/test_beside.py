"""The neighbour computes while a batch runs, rests between batches, and is gone when the pool is closed."""

from __future__ import annotations

import multiprocessing
import sys
import threading
import time

import pytest

import jobs
from conclab.discovery import load
from conclab.model import Strategy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the CPU clocks of others are Linux's")

PATIENCE_S = 30.0
BUSY_NS = 20_000_000
QUIET_NS = 5_000_000  # going to sleep takes microseconds; whoever computes beside BUSY_NS takes as much


def thread_cpu_ns() -> int:
    """CPU time of the neighbour thread."""
    (neighbour,) = [each for each in threading.enumerate() if each.name == "neighbour"]
    return time.clock_gettime_ns(time.pthread_getcpuclockid(neighbour.ident))


def process_cpu_ns() -> int:
    """CPU time of the neighbour process: the kernel's clock id of a pid, clock_getcpuclockid(3)."""
    (neighbour,) = [each for each in multiprocessing.active_children() if each.name == "neighbour"]
    return time.clock_gettime_ns((~neighbour.pid << 3) | 2)


CLOCKS = {"beside-thread": thread_cpu_ns, "beside-process": process_cpu_ns}
each_kind = pytest.mark.parametrize("name", CLOCKS)


def until_busy(name: str) -> bool:
    """A task that lasts until the neighbour has computed for a while."""
    begin_ns, given_up = CLOCKS[name](), time.monotonic() + PATIENCE_S
    while CLOCKS[name]() - begin_ns < BUSY_NS:
        assert time.monotonic() < given_up, "the neighbour does not compute"
    return True


def used_meanwhile(name: str) -> int:
    """What the neighbour uses while this thread computes: it gives way, so the other could."""
    begin_ns, own_ns = CLOCKS[name](), time.thread_time_ns()
    while time.thread_time_ns() - own_ns < 2 * BUSY_NS:
        pass
    return CLOCKS[name]() - begin_ns


@each_kind
def test_it_computes_while_a_batch_runs(name):
    """In the first batch and in the next one."""
    with load("conclab.strategies", name, Strategy).open(1, jobs.nothing) as map_job:
        assert map_job(until_busy, [name]) == [True]
        assert map_job(until_busy, [name, name]) == [True, True]


@each_kind
def test_it_rests_before_between_and_after(name):
    """Whoever is timed next has the machine to himself."""
    with load("conclab.strategies", name, Strategy).open(1, jobs.nothing) as map_job:
        before = used_meanwhile(name)
        map_job(until_busy, [name])
        between = used_meanwhile(name)
        map_job(jobs.double, [])
        after = used_meanwhile(name)

    assert max(before, between, after) < QUIET_NS


@each_kind
def test_it_rests_after_a_task_that_raised(name):
    """And computes again in the next batch."""
    with load("conclab.strategies", name, Strategy).open(1, jobs.nothing) as map_job:
        with pytest.raises(ValueError, match="no 7 today"):
            map_job(jobs.refuse, [7])

        assert used_meanwhile(name) < QUIET_NS
        assert map_job(until_busy, [name]) == [True]


@each_kind
@pytest.mark.parametrize("fails", [True, False])
def test_it_is_gone_when_the_pool_is_closed(name, fails):
    """Whatever happened inside."""
    try:
        with load("conclab.strategies", name, Strategy).open(1, jobs.nothing) as map_job:
            map_job(jobs.refuse if fails else jobs.double, [7])
    except ValueError:
        assert fails

    assert "neighbour" not in {each.name for each in threading.enumerate()}
    assert "neighbour" not in {each.name for each in multiprocessing.active_children()}


@each_kind
def test_hundreds_of_empty_batches_leave_nobody_waiting(name):
    """A word that comes before the neighbour listens is not lost."""
    with load("conclab.strategies", name, Strategy).open(1, jobs.nothing) as map_job:
        assert [map_job(jobs.double, []) for _ in range(300)] == [[]] * 300


def test_a_neighbour_that_died_is_an_error_and_not_a_wait():
    """Killed for want of memory, say."""
    with load("conclab.strategies", "beside-process", Strategy).open(1, jobs.nothing) as map_job:
        (neighbour,) = [each for each in multiprocessing.active_children() if each.name == "neighbour"]
        neighbour.kill()
        neighbour.join()
        with pytest.raises((ChildProcessError, ConnectionError)):
            map_job(jobs.double, [1])
