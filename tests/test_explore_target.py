"""What is explored: the file or function that was named, and the modules that belong to it."""

from __future__ import annotations

import sys
import threading
import types
from pathlib import Path

import pytest

import conclab
from conclab.explore import explore


@pytest.mark.parametrize("given", [False, True])
def test_a_module_of_ours_takes_part_if_it_is_named(given, monkeypatch):
    """What it imported by name is replaced as in anybody's module, and else left alone."""
    file = Path(conclab.__file__).parent / "stress_of_a_test.py"
    module = types.ModuleType("stress_of_a_test")
    module.__file__, module.Lock = str(file), threading.Lock
    monkeypatch.setitem(sys.modules, "stress_of_a_test", module)
    seen = set()
    explore(lambda: seen.add(module.Lock is threading.Lock), budget=5, code=[file] if given else ())
    assert seen == {given}
    assert module.Lock is threading.Lock
