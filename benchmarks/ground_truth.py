"""What the GIL observer says of programs whose threads' states are known beforehand.

    python benchmarks/ground_truth.py [--layer exact|sampled] [--seconds 2] [--python PATH ...]

Each program runs in a process of its own under each interpreter. What is known:

- takers: two threads that only compute hold the GIL 45 to 55% each and wait for the rest. A thread that
  runs nothing but bytecode holds the GIL while it is on a CPU, so its own CPU clock tells its share again.
- sleeper: a thread in time.sleep is blocked 98%.
- hashers: two threads in hashlib run with the GIL released 93% and wait for it at most 2%.
- locker: a thread that waits for a lock, beside one that computes, is blocked 98% and has no GIL wait.
- pinned: two hashers on one CPU: half of the time each could run and has no CPU, which is no GIL wait.

Exit code 1 if a figure is outside its range. A busy machine has no CPU to give at times: "no-cpu" is a state
of its own, printed, and counted to the rest where the rest is what is known.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import conclab
from conclab.gil.build import shim
from conclab.gil.record import Wish, observations, prepare

PROGRAM = """
import hashlib, json, os, sys, threading, time
from pathlib import Path
from conclab.gil import record

which, folder, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
lock = threading.Lock()
told = {}

def compute():
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        total = 0
        for number in range(2000):
            total += number

def sleep():
    for _ in range(10):
        time.sleep(seconds / 10)

def hash_much():
    block = bytes(8 << 20)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        hashlib.sha256(block)

def want_lock():
    lock.acquire(timeout=seconds)

def noted(work):
    def run():
        begin, cpu = time.monotonic_ns(), time.thread_time_ns()
        work()
        end = time.monotonic_ns()
        told[threading.current_thread().name] = (
            threading.get_native_id(), begin, end, time.thread_time_ns() - cpu)
    return run

programs = {
    "takers": [compute, compute], "sleeper": [sleep], "hashers": [hash_much, hash_much],
    "locker": [want_lock, compute], "pinned": [hash_much, hash_much],
}
if which == "pinned":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
lock.acquire()
stop = record.start(folder)
threads = [threading.Thread(target=noted(work), name=f"{work.__name__}-{number}")
           for number, work in enumerate(programs[which])]
for thread in threads: thread.start()
for thread in threads: thread.join()
stop()
print(json.dumps(told))
"""


@dataclass(frozen=True, slots=True)
class Range:
    """The share of some states together, in per cent, must lie between two bounds."""

    states: tuple[str, ...]
    low: float
    high: float = 100.0


# Who is woken with the GIL at hand may still have to wait for a CPU, and so may who runs without the GIL.
KNOWN = {
    "takers": {
        "compute": [
            Range(("holds",), 45, 55),
            Range(("waits", "no-cpu"), 45, 55),
            Range(("blocked",), 0, 1),
        ]
    },
    "sleeper": {"sleep": [Range(("blocked",), 98)]},
    "hashers": {"hash_much": [Range(("released", "no-cpu"), 93), Range(("waits",), 0, 2)]},
    "locker": {
        "want_lock": [Range(("blocked",), 98), Range(("waits",), 0, 1)],
        "compute": [Range(("holds",), 98)],
    },
    "pinned": {"hash_much": [Range(("no-cpu",), 40, 60), Range(("waits",), 0, 2)]},
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One thread: its share of each state in per cent of its own time, and of CPU time."""

    thread: str
    shares: dict[str, float]
    cpu: float


def observe(program: str, *, layer: Wish, seconds: float, python: str = sys.executable) -> list[Seen]:
    """Run one program under the observer. Raises RuntimeError if another layer observed it."""
    library = shim()
    with TemporaryDirectory() as scratch:
        prepare(Path(scratch), layer, library.because)
        environment = os.environ | {"PYTHONPATH": str(Path(conclab.__file__).parent.parent)}
        if layer is Wish.EXACT:
            environment |= library.preloaded()
        command = [python, "-c", PROGRAM, program, scratch, str(seconds)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        (seen,), unreadable = observations(Path(scratch))
    if seen.layer.value != layer.value or unreadable:
        raise RuntimeError(f"observed by the {seen.layer} layer: {seen.because} {unreadable}")
    found = []
    for name, (thread, begin, end, cpu) in json.loads(done.stdout).items():
        spent: dict[str, int] = defaultdict(int)
        for stretch in seen.threads.get(thread, ()):
            spent[stretch.state.value] += max(0, min(end, stretch.end_ns) - max(begin, stretch.start_ns))
        shares = {state: 100 * length / (end - begin) for state, length in spent.items()}
        found.append(Seen(name, shares, 100 * cpu / (end - begin)))
    return found


def judged(program: str, seen: Seen) -> list[str]:
    """What is outside its range, in words."""
    wrong = []
    for one in KNOWN[program][seen.thread.rpartition("-")[0]]:
        share = sum(seen.shares.get(state, 0.0) for state in one.states)
        if not one.low <= share <= one.high:
            wrong.append(f"{' + '.join(one.states)} {share:.1f}%, not {one.low:g} to {one.high:g}%")
    return wrong


def main() -> int:
    """Print one line a thread; exit code 1 if something is out of its range."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--layer", type=Wish, choices=[Wish.EXACT, Wish.SAMPLED], default=Wish.EXACT)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--python", action="append", default=[])
    options = parser.parse_args()
    kept = True
    states = ("holds", "waits", "released", "no-cpu", "blocked", "unknown")
    for python in options.python or [sys.executable]:
        print(subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.strip())
        print(f"{'thread':22}" + "".join(f"{state:>9}" for state in states) + f"{'CPU':>9}")
        for program in KNOWN:
            for seen in observe(program, layer=options.layer, seconds=options.seconds, python=python):
                wrong = judged(program, seen)
                kept = kept and not wrong
                figures = "".join(f"{seen.shares.get(state, 0):9.1f}" for state in states)
                told = "; ".join(wrong) or "as known"
                print(f"{program + ': ' + seen.thread:22}{figures}{seen.cpu:9.1f}  {told}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
