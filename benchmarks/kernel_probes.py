"""Whether the kernel's own probes see the same takes and drops of the GIL as the exact layer.

    sudo python benchmarks/kernel_probes.py [--seconds 1] [--python PATH]

Needs root, `perf` and an interpreter whose symbols `take_gil` and `drop_gil` were not stripped; for a check
by hand, since no user needs it. The probes stand at drop_gil's entry and take_gil's return: a trap into the
kernel each, which takes 1 to 2 us itself. Prints for each thread how many takes and drops both saw, how
far apart they are, and the share of the time that it held the GIL, as either tells it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from bisect import bisect_left
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import conclab
from conclab.gil.build import shim
from conclab.gil.record import Wish, observations, prepare
from conclab.gil.states import State

PROGRAM = """
import hashlib, socket, sys, threading, time
from pathlib import Path
from conclab.gil import record

seconds = float(sys.argv[2])
lock = threading.Lock()
lock.acquire()
left, right = socket.socketpair()

def compute():
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(2000))

def sleep():
    for _ in range(20):
        time.sleep(seconds / 20)

def hash_much():
    end, block = time.perf_counter() + seconds, bytes(4 << 20)
    while time.perf_counter() < end:
        hashlib.sha256(block)

def want_lock():
    lock.acquire(timeout=seconds)

def receive():
    while right.recv(1) != b"x":
        pass

stop = record.start(Path(sys.argv[1]))
threads = [threading.Thread(target=work) for work in (compute, compute, sleep, hash_much, want_lock, receive)]
for thread in threads: thread.start()
for _ in range(20):
    time.sleep(seconds / 20)
    left.send(b".")
left.send(b"x")
for thread in threads: thread.join()
stop()
"""
GROUP = "conclab_gil"
LINE = re.compile(rf"^\s*(\d+)\s+(\d+)\.(\d+):\s+{GROUP}:(\w+):")
Edges = dict[int, list[int]]


def probes(python: str) -> None:
    """Set the two probes in the library that holds the interpreter."""
    ask = "import sysconfig; print(sysconfig.get_config_var('LIBDIR'), sysconfig.get_config_var('LDLIBRARY'))"
    folder, name = subprocess.run(
        [python, "-c", ask], capture_output=True, text=True, check=True
    ).stdout.split()
    library = Path(folder, name)
    target = library if library.suffix != ".a" and library.exists() else Path(python).resolve()
    subprocess.run(["perf", "probe", "-q", "-d", f"{GROUP}:*"], capture_output=True, check=False)
    for probe in (f"{GROUP}:take=take_gil%return", f"{GROUP}:drop=drop_gil"):
        subprocess.run(["perf", "probe", "-q", "-x", target, "-a", probe], check=True)


def recorded(python: str, folder: Path, seconds: float) -> tuple[Edges, Edges]:
    """Run the program under both observers; returns the probes' takes and drops by thread, in ns."""
    environment = os.environ | {"PYTHONPATH": str(Path(conclab.__file__).parent.parent)} | shim().preloaded()
    data = folder / "perf.data"
    events = ["-e", f"{GROUP}:take*", "-e", f"{GROUP}:drop"]
    program = [python, "-c", PROGRAM, str(folder), str(seconds)]
    command = ["perf", "record", "-q", "-k", "CLOCK_MONOTONIC", *events, "-o", data, "--", *program]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    script = ["perf", "script", "--ns", "-F", "tid,time,event", "-i", data]
    printed = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    takes: Edges = {}
    drops: Edges = {}
    for line in printed.splitlines():
        if found := LINE.match(line):
            thread, whole, part, event = found.groups()
            edges = drops if event.startswith("drop") else takes
            edges.setdefault(int(thread), []).append(int(whole) * 10**9 + int(part.ljust(9, "0")))
    return takes, drops


def held(takes: list[int], drops: list[int], start: int, end: int) -> float:
    """Share of the time between a take and the next drop, in per cent."""
    total, taken = 0, None
    for at, is_take in sorted([(at, True) for at in takes] + [(at, False) for at in drops]):
        if is_take:
            taken = at
        elif taken is not None:
            total += max(0, min(end, at) - max(start, taken))
            taken = None
    return 100 * total / (end - start)


def apart(ours: list[int], theirs: list[int]) -> list[float]:
    """Distance of each of ours to the nearest of theirs, in us."""
    found = []
    for at in ours:
        place = bisect_left(theirs, at)
        found.append(min(abs(at - other) for other in theirs[max(0, place - 1) : place + 1]) / 1000)
    return found


def main() -> int:
    """Print one line a thread; exit code 1 if edges are missing or shares differ by more than a point."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("perf") is None or shim().path is None:
        print("needs root, perf and the exact layer: not checked")
        return 1
    probes(options.python)
    with TemporaryDirectory() as scratch:
        prepare(Path(scratch), Wish.EXACT)
        takes, drops = recorded(options.python, Path(scratch), options.seconds)
        (seen,), _ = observations(Path(scratch))
    start, end = seen.start_ns + 1_000_000, seen.end_ns - 1_000_000
    agrees = True
    print(f"{'thread':>8} {'takes':>11} {'drops':>11} {'apart: median':>14} {'95%':>8} {'held':>14}")
    for thread, stretches in seen.threads.items():
        holds = [one for one in stretches if one.state is State.HOLDS]
        counts, distances = [], []
        for ours, theirs in (
            ([one.start_ns for one in holds], takes.get(thread, [])),
            ([one.end_ns for one in holds], drops.get(thread, [])),
        ):
            inside = [[at for at in edges if start < at < end] for edges in (ours, theirs)]
            counts.append(f"{len(inside[0])} / {len(inside[1])}")
            agrees = agrees and abs(len(inside[0]) - len(inside[1])) <= 1
            distances += apart(inside[0], theirs) if theirs else []
        shares = [
            held([one.start_ns for one in holds], [one.end_ns for one in holds], start, end),
            held(takes.get(thread, []), drops.get(thread, []), start, end),
        ]
        agrees = agrees and abs(shares[0] - shares[1]) <= 1
        distances.sort()
        late = f"{distances[int(0.95 * len(distances))]:6.1f} us" if distances else ""
        middle = f"{median(distances):6.1f} us" if distances else ""
        told = f"{shares[0]:5.1f} / {shares[1]:.1f}%"
        print(f"{thread:8} {counts[0]:>11} {counts[1]:>11} {middle:>14} {late:>8} {told}")
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())
