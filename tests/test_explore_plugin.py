"""The pytest plugin: the marker, the fixture, and hypothesis drawing the inputs."""

from __future__ import annotations

import re

import pytest

pytest_plugins = ["pytester"]

BEGIN = """
import threading
import pytest
from conclab.explore import explored, together

class Counter:
    def __init__(self):
        self.n = 0
    def increment(self):
        self.n += 1
"""
MARKED = """
@pytest.mark.explore
def test_unlocked(tmp_path):
    counter = Counter()
    together(counter.increment, counter.increment)
    assert counter.n == 2

@pytest.mark.explore(preemptions=1)
def test_locked():
    lock, counter = threading.Lock(), Counter()
    def work():
        with lock:
            counter.increment()
    together(work, work)
    assert counter.n == 2

@pytest.mark.explore
async def test_coroutine():
    import asyncio
    await asyncio.sleep(3600)

@pytest.mark.explore(budget=3)
def test_sample_is_no_pass():
    counter = Counter()
    together(lambda: counter.n, lambda: counter.n, lambda: counter.n)

@pytest.mark.explore(budget=3, sample=True)
def test_sample_that_is_asked_for():
    counter = Counter()
    together(lambda: counter.n, lambda: counter.n, lambda: counter.n)

def test_ordinary():
    pass
"""


@pytest.fixture
def run(pytester):
    """Write a test file and run it in a process of its own."""

    def write_and_run(text, *options):
        pytester.makepyfile(test_it=BEGIN + text)
        return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *options)

    return write_and_run


def test_the_marker_explores_the_body_of_a_test(run):
    """A failing schedule fails the test, with the columns; what is correct passes."""
    result = run(MARKED)

    result.assert_outcomes(passed=4, failed=2)
    text = result.stdout.str()
    assert "both read self.n = 0 before either wrote" in text
    assert "not all there are" in text
    assert "scheduler.py" not in text  # of our own code nothing is shown


def test_the_answer_says_how_to_replay_it(run):
    """And that replays it."""
    code = re.search(r"--explore-replay (\S+)", run(MARKED).stdout.str())[1]
    result = run(MARKED, "-k", "test_unlocked", "--explore-replay", code)

    result.assert_outcomes(failed=1, deselected=5)
    assert "both read self.n = 0 before either wrote" in result.stdout.str()


def test_the_fixture_explores_any_scenario(run):
    """With the options of the command line."""
    result = run(
        """
def test_fixture(explore):
    def scenario():
        counter = Counter()
        together(counter.increment, counter.increment)
        assert counter.n == 2
    result = explore(scenario)
    assert result.coverage.seed == 7
    with pytest.raises(AssertionError, match="both read"):
        result.assert_holds()
""",
        "--explore-seed",
        "7",
    )

    result.assert_outcomes(passed=1)


def test_hypothesis_draws_the_inputs(run):
    """And makes them small when a schedule fails."""
    result = run(
        """
from hypothesis import given, settings, strategies as st

@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 9), max_size=3))
@explored
def test_total(numbers):
    counter = Counter()
    def add():
        for number in numbers:
            counter.n = counter.n + number
    together(add, add)
    assert counter.n == 2 * sum(numbers)
"""
    )

    result.assert_outcomes(failed=1)
    assert "numbers=[1]" in result.stdout.str()
    assert "both read counter.n = 0 before either wrote" in result.stdout.str()
