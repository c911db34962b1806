"""How often the schedule that was found fails again: in new processes, under other hash seeds and versions.

    python benchmarks/explore_replays.py [--processes 10] [--times 10] [--only NAME,...] [--other PYTHON ...]

For each bug of tests/races the default policy finds a schedule, here, and a code. The code is replayed so
many times in each of so many processes, which differ by PYTHONHASHSEED. With --other it is replayed under
these interpreters as well, in two processes each. They need nothing installed. Exit code 1: one replay here
came to something else, or under another version more than 5% of the bugs did.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.append(str(REPOSITORY / "tests"))

from conclab.explore import explore  # noqa: E402
from races.catalogue import PROGRAMS  # noqa: E402

BUDGET = 200
ELSEWHERE = 2  # processes under each other interpreter
LOWEST_SHARE = 0.95  # of the bugs, under another version
REPLAY = """
import json, platform, sys
from conclab.explore import replay
version = platform.python_version() + ("t" if not getattr(sys, "_is_gil_enabled", lambda: True)() else "")
told = {}
for path, code in json.loads(sys.argv[1]).items():
    told[path] = []
    for _ in range(int(sys.argv[2])):
        try:
            failure = replay(f"{path}:buggy", code).document()["failure"]
            told[path].append(failure["kind"] if failure else "holds")
        except Exception as error:
            told[path].append(type(error).__name__)
print(json.dumps([version, told]))
"""


def found(paths: list[Path]) -> dict[str, dict[str, Any]]:
    """For each program its failure, shrunk."""
    told = {}
    for path in paths:
        failure = explore(f"{path}:buggy", budget=BUDGET).document()["failure"]
        if failure is None:
            sys.exit(f"{path.stem}: no bug in {BUDGET} schedules")
        told[str(path)] = failure
    return told


def replayed(python: str, codes: dict[str, str], times: int, seed: int) -> tuple[str, dict[str, list[str]]]:
    """What a new process says: its version, and for each program how each replay ended."""
    done = subprocess.run(
        [python, "-W", "ignore", "-c", REPLAY, json.dumps(codes), str(times)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY / "src"), "PYTHONHASHSEED": str(seed)},
    )
    version, told = json.loads(done.stdout.splitlines()[-1])
    return version, told


def judge(python: str, failures: dict[str, dict[str, Any]], processes: int, times: int) -> float:
    """Print how many replays failed as they should; returns the share of programs of which all did."""
    codes = {path: failure["replay"] for path, failure in failures.items()}
    right: Counter[str] = Counter()
    for seed in range(1, processes + 1):
        version, told = replayed(python, codes, times, seed)
        for path, kinds in told.items():
            right[path] += kinds.count(failures[path]["kind"])
    always = [path for path in codes if right[path] == processes * times]
    replays = f"{sum(right.values())} of {len(codes) * processes * times} replays"
    print(
        f"{version}: {replays}, {processes} processes; {len(always)} of {len(codes)} bugs each time",
        flush=True,
    )
    for path in codes.keys() - set(always):
        print(f"  {Path(path).stem}: {right[path]} of {processes * times}, {codes[path]}")
    return len(always) / len(codes)


def main() -> int:
    """Find, replay here, replay elsewhere."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--processes", type=int, default=10)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--only", default="")
    parser.add_argument("--other", nargs="*", default=[], metavar="PYTHON")
    options = parser.parse_args()
    only = options.only.split(",") if options.only else [path.stem for path in PROGRAMS]
    failures = found([path for path in PROGRAMS if path.stem in only])
    switches = [failure["switches"] for failure in failures.values()]
    print(
        f"{len(failures)} bugs; chosen switches: median {statistics.median(switches):g}, most {max(switches)}"
    )
    here = judge(sys.executable, failures, options.processes, options.times)
    elsewhere = [judge(python, failures, ELSEWHERE, 1) for python in options.other]
    return int(here < 1 or min(elsewhere, default=1) < LOWEST_SHARE)


if __name__ == "__main__":
    sys.exit(main())
