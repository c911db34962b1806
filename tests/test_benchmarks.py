"""The benchmarks still run, in a size that shows nothing but that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"
SMALL = {
    "aa.py": ("--runs", "2", "--budget", "0.5"),
    "coverage.py": ("--runs", "10"),
    "explore_replays.py": (
        "--only",
        "lost_update_attribute,lock_order_two",
        "--processes",
        "2",
        "--times",
        "2",
    ),
    "explore_reduction.py": ("--only", "readers_writer", "--preemptions", "1", "--cap", "300"),
    "explore_vs.py": ("--only", "lost_update_attribute", "--budget", "20"),  # without the peers
    "grading.py": ("--submissions", "2", "--jobs", "1", "--layer", "basic"),
    "ground_truth.py": ("--seconds", "0.3"),
    "kernel_probes.py": ("--help",),  # needs root and perf
    "observer_cost.py": ("--runs", "1"),
    "precision.py": ("--rounds", "1", "--budgets", "1", "2"),
    "sampled_agreement.py": ("--seconds", "0.5", "sorting_and_conditions"),
    "sandbox_start.py": ("1",),
    "startup.py": ("--rounds", "2"),
    "strategy_overhead.py": ("--tasks", "20", "--rounds", "2"),
    "vs_pyperf.py": ("--help",),  # needs an extra, and minutes
}


def test_every_benchmark_is_here():
    """A new one gets a small size, too."""
    assert set(SMALL) == {path.name for path in FOLDER.glob("*.py")}


@pytest.mark.parametrize("name", SMALL)
def test_it_runs(name):
    """The figures are judged by people; an exit code of 1 says that a promise was not kept in this size."""
    done = subprocess.run(
        [sys.executable, str(FOLDER / name), *SMALL[name]], capture_output=True, text=True, check=False
    )

    assert done.returncode in {0, 1}, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout
