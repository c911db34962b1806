"""The primitives behave as the documented ones do: CPython's own tests of them pass on the scheduler.

Each test method is a scenario, run in the default order and in a few random ones. Its threads are tasks of
the scheduler, and a sleep of a test, which always means "until the others are blocked", lasts that long.
"""

from __future__ import annotations

import _thread
import queue
import threading
import time
import unittest

import pytest

from conclab.explore import FailureKind
from conclab.explore.search import Search, Wish
from conclab.explore.target import of_function

NO_TESTS = (
    "this Python comes without its package `test`: the primitives were not compared with CPython's tests"
)
lock_tests = pytest.importorskip("test.lock_tests", reason=NO_TESTS)
test_local = pytest.importorskip("test.test_threading_local", reason=NO_TESTS)
test_queue = pytest.importorskip("test.test_queue", reason=NO_TESTS)

SCHEDULES = 9  # three or four of them are the default one
KINDS = {
    "Lock": (lock_tests.LockTests, "locktype", threading),
    "Condition as RLock": (lock_tests.RLockTests, "locktype", threading),
    "RLock": (lock_tests.RLockTests, "locktype", threading),
    "Condition": (lock_tests.ConditionTests, "condtype", threading),
    "Event": (lock_tests.EventTests, "eventtype", threading),
    "Semaphore": (lock_tests.SemaphoreTests, "semtype", threading),
    "BoundedSemaphore": (lock_tests.BoundedSemaphoreTests, "semtype", threading),
    "Barrier": (lock_tests.BarrierTests, "barriertype", threading),
    "local": (test_local.BaseLocalTest, "_local", threading),
    "Queue": (test_queue.BaseQueueTestMixin, "type2test", queue),
    "LifoQueue": (test_queue.BaseQueueTestMixin, "type2test", queue),
    "PriorityQueue": (test_queue.BaseQueueTestMixin, "type2test", queue),
    "SimpleQueue": (test_queue.BaseSimpleQueueTest, "type2test", queue),
    "FailingQueue": (test_queue.FailingQueueTest, "", queue),
}
# Tests that do not pass, how they fail, and why that is right.
REFUSED = {
    ("Lock", "test_reacquire"): (
        FailureKind.LEAKED_LOCK,
        "a thread ends and still holds the lock, which is a finding of its own",
    ),
    ("RLock", "test_different_thread"): (FailureKind.LEAKED_LOCK, "the same"),
    ("Condition as RLock", "test_different_thread"): (FailureKind.LEAKED_LOCK, "the same"),
    ("Condition as RLock", "test_recursion_count"): (
        FailureKind.EXCEPTION,
        "the real one has no _recursion_count either; CPython skips this one for it",
    ),
}
# The same tests with smaller numbers: an execution has 20,000 steps at most.
SMALLER = {
    "test_barrier_10": {10: 3},
    "test_many_threads": {50: 4, 10000: 40},
    "test_many_threads_nonblock": {50: 4, 10000: 40},
    "test_many_threads_timeout": {50: 4, 1000: 40},
    "test_references": {20: 4},
    "_shutdown_all_methods_in_many_threads": {1024 * 64: 64},
}
METHODS = [
    (kind, name)
    for kind, (base, _, _) in KINDS.items()
    for name in unittest.TestLoader().getTestCaseNames(base)
]


class Patient:
    """The module `time`, whose sleep lets everybody else come as far as they can."""

    def __getattr__(self, name):
        return getattr(time, name)

    def sleep(self, seconds):
        threading.Event().wait(seconds)


@pytest.fixture(autouse=True)
def _controlled(monkeypatch):
    late = lambda *given: _thread.start_new_thread(*given)  # noqa: E731, PLW0108 - looked up when it is called
    monkeypatch.setattr(lock_tests, "start_new_thread", late)
    for module in (lock_tests, lock_tests.support, test_local, test_queue):
        monkeypatch.setattr(module, "time", Patient(), raising=False)
    # What it counts is what other tests and other executions have left.
    monkeypatch.setattr(lock_tests.threading_helper, "threading_setup", lambda: ())
    monkeypatch.setattr(lock_tests.threading_helper, "threading_cleanup", lambda: None)


def smaller(method, numbers):
    """The function with other constants; later versions of CPython skip the largest of these themselves."""
    constants = tuple(numbers.get(one, one) if type(one) is int else one for one in method.__code__.co_consts)
    if constants == method.__code__.co_consts:
        return method
    return type(method)(
        method.__code__.replace(co_consts=constants), method.__globals__, method.__name__, method.__defaults__
    )


def case_of(kind, name):
    base, attribute, module = KINDS[kind]
    own = {attribute: getattr(module, kind.partition(" ")[0])} if attribute else {}
    less = {one: smaller(getattr(base, one), SMALLER[one]) for one in SMALLER if hasattr(base, one)}
    return type(base.__name__, (base, unittest.TestCase), own | less | {"queue": queue})(name)


def explored(kind, name):
    """What the exploration says, and why the test skipped itself."""
    skipped = []

    def scenario():
        case = case_of(kind, name)
        try:
            case.setUp()
            getattr(case, name)()
            case.tearDown()
        except unittest.SkipTest as reason:
            skipped.append(str(reason))

    wish = Wish(policy="random", budget=SCHEDULES, shrink=False, replays=1)
    return Search(of_function(scenario), wish, lambda *_: None).explore(), skipped


@pytest.mark.parametrize(("kind", "name"), METHODS)
def test_it_does_what_cpythons_test_asks(kind, name):
    """In every order; what is refused is refused as the table says, and nothing stays in it that passes."""
    result, skipped = explored(kind, name)
    if skipped:
        pytest.skip(skipped[0])
    if (kind, name) in REFUSED:
        assert result.failure is not None, "it passes: take it out of the table"
        assert REFUSED[kind, name][0] is result.failure.kind
        return
    result.assert_survives()


def test_the_table_names_tests_that_exist():
    assert REFUSED.keys() <= set(METHODS)
