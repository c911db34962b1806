"""What the reduction of `conclab explore` saves on correct programs: tests/races/exhaust, at two preemptions.

    python benchmarks/explore_reduction.py [--preemptions 2] [--cap 10000] [--only NAME,...] [--seeds 20]

Each program is explored with the reduction and without it, both until nothing is left to try or CAP schedules
were tried. `saved` counts schedules that were not tried since others are equal to them; each would have led
to more, so the real number is larger. The exit code is 1 if a reduced search does not come to its end.

--seeds tells instead which bugs of tests/races the default policy misses within 200 schedules, over so many
seeds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.append(str(REPOSITORY / "tests"))

from conclab.explore.search import Search, Wish  # noqa: E402
from conclab.explore.target import File  # noqa: E402
from races.catalogue import PROGRAMS  # noqa: E402

FOLDER = REPOSITORY / "tests" / "races" / "exhaust"
MOST_SCHEDULES = 200
WORST = 10


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preemptions", type=int, default=2)
    parser.add_argument("--cap", type=int, default=10_000, help="schedules of each search (default: 10,000)")
    parser.add_argument("--only", default="", help="these programs, separated by commas")
    parser.add_argument("--seeds", type=int, default=0, help="look for the bugs of tests/races instead")
    options = parser.parse_args()
    if options.seeds:
        return over_seeds(options.seeds)
    only = set(filter(None, options.only.split(",")))
    print(f"{'program':26}{'search':12}{'schedules':>10}{'saved':>8}{'seconds':>9}  exhausted")
    left = 0
    for path in sorted(FOLDER.glob("*.py")):
        if not only or path.stem in only:
            left += not row(path, "reduced", options)
            row(path, "exhaustive", options)
    return int(left > 0)


def row(path: Path, policy: str, options: argparse.Namespace) -> bool:
    """One search; whether it came to its end."""
    wish = Wish(policy, options.preemptions, options.cap)
    covered = Search(File(path).target("scenario"), wish, lambda *_: None).explore().coverage
    print(
        f"{path.stem:26}{policy:12}{covered.schedules:10,}{covered.saved:8,}{covered.seconds:9.1f}"
        f"  {'yes' if covered.exhausted else 'no'}",
        flush=True,
    )
    return covered.exhausted


def over_seeds(seeds: int) -> int:
    """How many schedules each bug needs."""
    needed: dict[str, list[int]] = {path.stem: [] for path in PROGRAMS}
    for path in PROGRAMS:
        for seed in range(seeds):
            wish = Wish(budget=MOST_SCHEDULES, seed=seed, shrink=False, replays=0)
            found = Search(File(path).target("buggy"), wish, lambda *_: None).explore().finding
            needed[path.stem].append(MOST_SCHEDULES + 1 if found is None else found.schedule)
    every = [number for numbers in needed.values() for number in numbers]
    missed = sum(number > MOST_SCHEDULES for number in every)
    print(f"{missed} of {len(every)} missed within {MOST_SCHEDULES}; median {statistics.median(every):g}")
    for name in sorted(needed, key=lambda name: -max(needed[name]))[:WORST]:
        print(f"{name:40}{max(needed[name]):5} at most, median {statistics.median(needed[name]):g}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
