"""How narrow the intervals of `conclab run gil-cpu` are after 10 s and after 20 s.

    python benchmarks/precision.py [--rounds 3]

The run is told to go on until its budget is spent. The promise, on a quiet machine: +-4% inside 10 s,
+-3% inside 20 s. What the machine itself reached is printed beside it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

from conclab.discovery import load
from conclab.harness import plan
from conclab.harness.interpreters import own
from conclab.harness.judge import ceiling, judge
from conclab.harness.machine import usable_cores
from conclab.harness.session import Session
from conclab.model import Experiment
from conclab.record import Recording

PROMISE = {10.0: 0.04, 20.0: 0.03}  # half width by budget in seconds


def widths(budget_s: float, seed: int) -> tuple[dict[str, float], Recording]:
    """Half width by variant after the whole budget."""
    experiment = load("conclab.experiments", "gil-cpu", Experiment)
    here = own()
    lineup, versus = plan.bind(
        experiment, interpreters=[here.asked], cores=usable_cores(), workers=None, only=[]
    )
    recording = Recording("precision", experiment, seed, budget_s, {}, lineup, versus, target=0.0)
    for _ in Session(recording, {here.asked: here}, patience_s=60).measure():
        pass
    return {each.variant: each.speedup.half_width for each in judge(recording) if each.speedup}, recording


def main() -> int:
    """Print a line per run; exit code 1 if the median of the widest breaks the promise."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--budgets", type=float, nargs="+", default=list(PROMISE))
    options = parser.parse_args()
    broken = False
    for budget_s in options.budgets:
        promise = PROMISE.get(budget_s, 1.0)
        widest = []
        for seed in range(options.rounds):
            begin = time.perf_counter()
            found, recording = widths(budget_s, seed)
            seconds = time.perf_counter() - begin
            widest.append(max(found.values()))
            top = ceiling(recording)
            each = ", ".join(f"{name} {width:.1%}" for name, width in found.items())
            reached = f"{top.estimate:.2f}x" if top else "not measured"
            done = f"{len(recording.blocks)} blocks in {seconds:.1f} s, ceiling {reached}"
            print(f"{budget_s:.0f} s: {each}; {done}", flush=True)
        middle = statistics.median(widest)
        broken |= middle > promise
        print(f"{budget_s:.0f} s: median of the widest {middle:.1%}, promised {promise:.0%}")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
