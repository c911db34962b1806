"""How many schedules there are, where that is known: every switch is decided once, and no more often."""

from __future__ import annotations

import asyncio
import math
import threading

import pytest

from conclab.explore import Verdict, explore, together

BEFORE = 3  # the default schedule, tried until it is the same each time; then the search begins


class Box:
    """With attributes that are stored outside the constructor: each access is a step."""

    def __init__(self):
        self.fill(0)

    def fill(self, value):
        self.a = self.b = self.c = value


def tried(scenario, policy="exhaustive", preemptions=None):
    """So many were tried, and then there was none left."""
    result = explore(scenario, policy=policy, preemptions=preemptions, budget=5000)

    assert result.verdict is Verdict.HOLDS, result.text()
    return result.coverage.schedules - BEFORE


def interleavings(lengths):
    """Of tasks of so many steps."""
    return math.factorial(sum(lengths)) // math.prod(map(math.factorial, lengths))


def writers(lengths, *, one_box=True):
    """A task for each length, which stores so many times."""

    def scenario():
        shared = Box()

        def writer(length):
            box = shared if one_box else Box()

            def write():
                for number in range(length):
                    box.a = number

            return write

        together(*[writer(length) for length in lengths])

    return scenario


def coroutines(lengths):
    """The same for asyncio: so many steps, with an await between two of them."""

    async def scenario():
        async def steps(length):
            for _ in range(length - 1):
                await asyncio.sleep(0)

        await asyncio.gather(*[steps(length) for length in lengths])

    return scenario


SHAPES = [(1, 1), (2, 2), (3, 3), (4, 1), (1, 1, 1), (2, 2, 2), (1, 2, 3)]


@pytest.mark.parametrize("lengths", SHAPES)
def test_without_a_bound_there_are_as_many_as_interleavings(lengths):
    """Three tasks of two steps each have 6! / (2! 2! 2!) = 90."""
    assert tried(writers(lengths)) == interleavings(lengths)


@pytest.mark.parametrize("lengths", SHAPES)
def test_tasks_of_asyncio_have_as_many(lengths):
    """Every ready task may be next."""
    assert tried(coroutines(lengths)) == interleavings(lengths)


@pytest.mark.parametrize("tasks", [2, 3, 4])
def test_without_preemptions_whole_tasks_change_places(tasks):
    """A task that could go on is not interrupted."""
    assert tried(writers((3,) * tasks), preemptions=0) == math.factorial(tasks)


def test_one_preemption_cuts_one_task_in_two():
    """Two orders of the whole tasks; and either is cut at one of n - 1 places, and goes on last."""
    assert tried(writers((5, 5)), preemptions=1) == 2 + 2 * 4


@pytest.mark.parametrize("policy", ["reduced", "states"])
@pytest.mark.parametrize("preemptions", [None, 2])
def test_tasks_that_share_nothing_have_one_schedule(policy, preemptions):
    """Whatever their order, it is the same; `states` must look at each step of the way, and predicts it."""
    found = tried(writers((2, 2, 2), one_box=False), policy, preemptions)

    assert found == 1 if policy == "reduced" and preemptions is None else found < 90


@pytest.mark.parametrize("lengths", SHAPES)
def test_writers_of_one_place_are_never_reduced(lengths):
    """Tasks with one store each: n! orders of n tasks."""
    assert tried(writers(lengths), "reduced") == interleavings(lengths)


@pytest.mark.parametrize("readers", [1, 2, 3])
def test_readers_are_before_or_after_the_writer(readers):
    """And in no order among themselves: 2 ** n classes."""

    def scenario():
        box = Box()

        def write():
            box.a = 1

        def read():
            return box.a

        together(write, *[read] * readers)

    assert tried(scenario, "reduced") == 2**readers


@pytest.mark.parametrize("tasks", [2, 3, 4])
def test_sections_under_one_lock_change_places(tasks):
    """What is done in them can't."""

    def scenario():
        box = Box()
        lock = threading.Lock()

        def add():
            with lock:
                box.a += 1
                box.b += 1

        together(*[add] * tasks)
        assert box.a == box.b == tasks

    assert tried(scenario, "reduced") == math.factorial(tasks)
