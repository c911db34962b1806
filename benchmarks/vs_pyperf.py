"""Time to an interval of the same width: pyperf and conclab on the same two functions, side by side.

    pip install '.[bench]'
    python benchmarks/vs_pyperf.py [--rounds 3]

The functions: count the primes below a limit eight times in a row, and the same on two threads. pyperf
measures one after the other with its default settings (20 processes each); the interval of the ratio
of its means comes from the spread of its processes' means, which is the level at which its values are
independent. conclab measures until its interval is as narrow as that. Printed per round: both widths,
both wall times, and how many times longer pyperf took. At least three times is the promise.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from conclab.harness import plan
from conclab.harness.interpreters import own
from conclab.harness.judge import judge
from conclab.harness.machine import usable_cores
from conclab.harness.session import Session
from conclab.model import Experiment, Variant
from conclab.record import Interval, Recording

T_19 = 2.093  # Student's t, 97.5%, 19 degrees of freedom: 20 processes

SCRIPT = """
import pyperf
from concurrent.futures import ThreadPoolExecutor
from conclab.workloads.count_primes import run

LIMIT, TASKS = {limit}, {tasks}

def serial():
    return [run(limit) for limit in [LIMIT] * TASKS]

pool = ThreadPoolExecutor(2)

def threads():
    return list(pool.map(run, [LIMIT] * TASKS))

runner = pyperf.Runner()
runner.bench_func("serial", serial)
runner.bench_func("threads", threads)
"""


def by_conclab(target: float) -> tuple[Interval, float, Recording]:
    """Measure until the interval is as narrow as the target; returns it, and the seconds it took."""
    experiment = Experiment(
        question="Do threads make it faster?",
        topic="harness",
        workload="count-primes",
        variants=(Variant("serial", workers=1), Variant("threads")),
        lesson="See the README.",
        workers=2,
    )
    here = own()
    lineup, versus = plan.bind(
        experiment, interpreters=[here.asked], cores=usable_cores(), workers=None, only=[]
    )
    recording = Recording("vs-pyperf", experiment, 1, 600.0, {}, lineup, versus, target=target)
    begin = time.perf_counter()
    for _ in Session(recording, {here.asked: here}, patience_s=60).measure():
        pass
    speedup = judge(recording)[1].speedup
    assert speedup is not None
    return speedup, time.perf_counter() - begin, recording


def by_pyperf(limit: int, tasks: int) -> tuple[float, float, float]:
    """Run pyperf with its defaults; returns the ratio, the half width of its interval, the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        script, output = Path(folder, "bench.py"), Path(folder, "bench.json")
        script.write_text(SCRIPT.format(limit=limit, tasks=tasks))
        begin = time.perf_counter()
        subprocess.run(
            [sys.executable, str(script), "-o", str(output), "--quiet"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        seconds = time.perf_counter() - begin
        suite = json.loads(output.read_text())
    logs = [
        [math.log(statistics.fmean(run["values"])) for run in bench["runs"] if run.get("values")]
        for bench in suite["benchmarks"]
    ]
    serial, threads = logs
    error = math.sqrt(statistics.variance(serial) / len(serial) + statistics.variance(threads) / len(threads))
    ratio = math.exp(statistics.fmean(serial) - statistics.fmean(threads))
    return ratio, math.expm1(T_19 * error), seconds


def main() -> int:
    """Print a line per round and the median; exit code 1 below three times."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    _, _, first = by_conclab(0.5)
    calibration = first.calibrations["count-primes"]
    times = []
    for number in range(options.rounds):
        ratio, width, pyperf_s = by_pyperf(calibration.size, calibration.tasks)
        speedup, conclab_s, recording = by_conclab(width)
        times.append(pyperf_s / conclab_s)
        print(
            f"round {number + 1}: pyperf {ratio:.3f}x +-{width:.1%} in {pyperf_s:.0f} s; "
            f"conclab {speedup.estimate:.3f}x +-{speedup.half_width:.1%} in {conclab_s:.1f} s "
            f"({len(recording.blocks)} blocks); pyperf took {times[-1]:.1f} times as long",
            flush=True,
        )
    middle = statistics.median(times)
    print(f"median: {middle:.1f} times")
    return int(middle < 3)


if __name__ == "__main__":
    sys.exit(main())
