"""What observing the GIL costs the observed program: CPU time with an observer over CPU time without.

Two programs: two threads that only compute (the GIL is passed on some hundred times a second), and the worst
case, a loop of tiny system calls (it is dropped and taken some hundred thousand times a second). One block
runs each of them without and with each observer, in random order; the ratio is taken inside the block.

    python benchmarks/observer_cost.py --runs 20

CPU time is the observed process's own: the sampler is another process, and what it uses itself is printed
beside it. Promised: at most 1.05 (exact) and 1.03 (sampled) for the computing threads, at most 1.10 (exact)
for the loop. Exit code 1 if a median is above.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import conclab
from conclab.gil.build import shim

PROGRAM = """
import json, os, resource, sys, threading, time
from pathlib import Path
from conclab.gil import exact, sampled

which, layer, folder, size = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])

def compute():
    total = 0
    for number in range(size):
        total += number

def call():
    stat = os.stat
    for _ in range(size):
        stat("/")

def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

folder.mkdir()
compute() if which == "threads" else call()
stop = {"none": lambda folder: lambda: None, "exact": exact.start, "sampled": sampled.start}[layer](folder)
before, wall = cpu(), time.perf_counter()
if which == "threads":
    threads = [threading.Thread(target=compute) for _ in range(2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
else:
    call()
used, wall = cpu() - before, time.perf_counter() - wall
own = 0.0
if layer == "sampled":
    # not utime and stime: bursts of 20 us fall between the ticks that those count
    own = int(Path(f"/proc/{stop.__self__.pid}/schedstat").read_text().split()[0]) / 1e9
stop()
print(json.dumps([used, wall, own]))
"""
SIZES = {"threads": 6_000_000, "calls": 150_000}
BOUNDS = {("threads", "exact"): 1.05, ("threads", "sampled"): 1.03, ("calls", "exact"): 1.10}
LAYERS = ("none", "exact", "sampled")


def run(which: str, layer: str, folder: Path, python: str) -> tuple[float, float, float]:
    """CPU seconds of the program, its wall seconds, and CPU seconds of the sampler."""
    environment = os.environ | {"PYTHONPATH": str(Path(conclab.__file__).parent.parent)}
    if layer == "exact":
        environment |= shim().preloaded()
    command = [python, "-c", PROGRAM, which, layer, str(folder), str(SIZES[which])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    used, wall, own = json.loads(done.stdout)
    return used, wall, own


def main() -> int:
    """Run all blocks and print medians of the ratios, with the middle half of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    if shim().path is None:
        print(f"no exact layer here: {shim().because}")
        return 1
    order = random.Random(options.seed)
    ratios: dict[tuple[str, str], list[float]] = {}
    walls: dict[tuple[str, str], list[float]] = {}
    own: list[float] = []
    with TemporaryDirectory() as scratch:
        for number in range(options.runs):
            for which in SIZES:
                used = {}
                for layer in order.sample(LAYERS, len(LAYERS)):
                    folder = Path(scratch) / f"{number}-{which}-{layer}"
                    used[layer] = run(which, layer, folder, options.python)
                    if layer == "sampled":
                        own.append(used[layer][2] / used[layer][1])
                for layer in LAYERS[1:]:
                    ratios.setdefault((which, layer), []).append(used[layer][0] / used["none"][0])
                    walls.setdefault((which, layer), []).append(used[layer][1] / used["none"][1])
    kept = True
    print(f"{'program':8} {'observer':8} {'CPU time':>9} {'middle half':>15} {'wall':>6}  bound")
    for (which, layer), values in ratios.items():
        low, _, high = quantiles(values, n=4) if len(values) > 1 else (values[0],) * 3
        bound = BOUNDS.get((which, layer))
        good = bound is None or median(values) <= bound
        kept = kept and good
        print(
            f"{which:8} {layer:8} {median(values):8.3f}x {f'{low:.3f} to {high:.3f}':>15}"
            f" {median(walls[which, layer]):5.2f}x  {bound or '-'}{'' if good else '  NOT KEPT'}"
        )
    print(f"the sampler itself used {median(own):.2f} of a CPU")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
