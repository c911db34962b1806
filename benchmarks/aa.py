"""How often the same variant, measured twice, is called different: at most 5% is the promise.

    python benchmarks/aa.py [--runs 200] [--budget 2] [--strategy serial]

Each run is a complete one, with lanes, calibration and stopping rule; its seed is its number. Printed
are the runs whose interval leaves out 1 (for a stated 95%, about 5% should), and those whose verdict
is faster or slower (the margin of 5% makes these rarer).
"""

from __future__ import annotations

import argparse
import sys
from math import sqrt

from conclab.harness import plan
from conclab.harness.interpreters import own
from conclab.harness.judge import judge
from conclab.harness.machine import usable_cores
from conclab.harness.session import Session
from conclab.model import Experiment, Variant, Verdict
from conclab.record import Finding, Recording

DIFFERENT = {Verdict.FASTER, Verdict.SLOWER}


def same_twice(strategy: str, *, seed: int, budget_s: float) -> tuple[Finding, Recording]:
    """Measure one strategy against itself."""
    experiment = Experiment(
        question="Is it different from itself?",
        topic="harness",
        workload="count-primes",
        variants=(Variant("once", strategy), Variant("again", strategy)),
        lesson="It is not.",
    )
    here = own()
    lineup, versus = plan.bind(
        experiment, interpreters=[here.asked], cores=usable_cores(), workers=None, only=[]
    )
    recording = Recording("aa", experiment, seed, budget_s, {}, lineup, versus)
    for _ in Session(recording, {here.asked: here}, patience_s=60).measure():
        pass
    return judge(recording)[1], recording


def main() -> int:
    """Run all, print one line at the end; exit code 1 if the promise is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--budget", type=float, default=2.0)
    parser.add_argument("--strategy", default="serial")
    parser.add_argument("--first-seed", type=int, default=0)
    options = parser.parse_args()
    excluded, different, bounded, widths, blocks = [], [], 0, [], []
    for seed in range(options.first_seed, options.first_seed + options.runs):
        finding, recording = same_twice(options.strategy, seed=seed, budget_s=options.budget)
        assert finding.speedup is not None
        bounded += finding.speedup.low > 0
        widths.append(finding.speedup.half_width)
        blocks.append(len(recording.blocks))
        if not finding.speedup.low <= 1 <= finding.speedup.high:
            excluded.append(seed)
        if finding.verdict in DIFFERENT:
            different.append(seed)
        if sys.stderr.isatty():
            print(f"\r{seed + 1 - options.first_seed}/{options.runs}", end="", file=sys.stderr)
    share = len(excluded) / options.runs
    error = 1.96 * sqrt(max(share * (1 - share), 0.05 * 0.95) / options.runs)
    widths.sort()
    blocks.sort()
    print(f"{options.strategy}: {options.runs} runs of {options.budget:g} s, seeds from {options.first_seed}")
    print(f"bounded intervals: {bounded}; blocks: median {blocks[len(blocks) // 2]}")
    print(f"half width: median {widths[len(widths) // 2]:.1%}")
    print(f"interval leaves out 1: {len(excluded)} ({share:.1%} +- {error:.1%}), seeds {excluded}")
    print(f"called different:      {len(different)} ({len(different) / options.runs:.1%}), seeds {different}")
    return int(len(different) / options.runs > 0.05)


if __name__ == "__main__":
    sys.exit(main())
