"""asyncio on the engine's event loop passes CPython's own tests, in the order that nobody decides.

In other orders most of them would fail: they count on first in, first out, which asyncio does not promise.
"""

from __future__ import annotations

import importlib
import unittest

import pytest

from conclab.explore.search import Search, Wish
from conclab.explore.target import of_function

pytest.importorskip(
    "test.test_asyncio",
    reason="this Python comes without its package `test`: asyncio was not compared with it",
)
MODULES = ["test_locks", "test_queues", "test_taskgroups", "test_threads", "test_timeouts", "test_waitfor"]


def cases():
    for name in MODULES:
        module = importlib.import_module(f"test.test_asyncio.{name}")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, unittest.TestCase):
                for method in unittest.TestLoader().getTestCaseNames(kind):
                    yield pytest.param(kind, method, id=f"{name}-{kind.__name__}-{method}")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("kind", "method"), list(cases()))
def test_it_does_what_cpythons_test_asks(kind, method):
    """Nothing is refused here: there are no sockets in these, and no signals."""
    skipped = []

    def scenario():
        try:
            kind(method).debug()
        except unittest.SkipTest as reason:
            skipped.append(str(reason))

    result = Search(
        of_function(scenario), Wish(policy="plan", shrink=False, replays=1), lambda *_: None
    ).explore()
    result.assert_survives()
    if skipped:
        pytest.skip(skipped[0])
