"""conclab explore beside frontrun, interleave-test and 1,000 ordinary runs, on the classics of tests/races.

    python benchmarks/explore_vs.py --peers PYTHON [--interpreters PYTHON ...] [--only NAME,...] [--json FILE]
    python benchmarks/explore_vs.py --many 100

The peers are no dependencies of ours. PYTHON is an interpreter that has them, and runs every tool:

    python3.13 -m venv DIR && DIR/bin/pip install frontrun==0.7.0 interleave-test==0.1.0

Without it the columns of what is missing say so. Each tool is given the same programs and the same budget:
1,000 schedules or 10 seconds, whichever ends first. For each program there is a process of its own, which is
stopped 30 seconds later; that costs the one row. One seed. The order of the tools changes from program to
program.

conclab and interleave-test run a whole program as it stands. frontrun runs workers that were declared to it:
parts/whole_programs.py makes workers of a program's threads, and catches what they raise, which its dpor
would let out without a schedule. What a tool says it does not model is not supported, not missed, and counts
if it finds the bug all the same. A bug counts as found if the tool has a schedule for it, and a failure of
a kind that the bug can have.

Schedules a second say nothing about what a schedule is worth: frontrun's dpor and our default policy leave
out those that are equal to others, each in its way. They are taken from the correct programs, from those with
at least 200 schedules or whose time ran out.

--interpreters adds a table: conclab alone, default and random, under each of them. --many tells instead how
many schedules conclab needs over that many seeds, and how often 200 do not do.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
sys.path.append(str(REPOSITORY / "tests"))

from parts import versus  # noqa: E402
from parts.explorers import TOOLS  # noqa: E402
from parts.outcome import Outcome, Verdict  # noqa: E402
from parts.versus import Row  # noqa: E402
from races.catalogue import KINDS, PROGRAMS, TRICKY  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGER_S = 30.0  # to start, to shorten, to replay
MOST_OVER_SEEDS = 200  # schedules
OURS = {"conclab": "default", "conclab random": "random"}
NAME = """
import platform, sys, sysconfig
free = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
print(platform.python_implementation().lower() + "-" + platform.python_version() + free)
"""


@dataclass(frozen=True, slots=True)
class Conductor:
    """Starts a process for each row."""

    budget: int
    seconds: float
    seed: int

    def row(self, tool: str, path: Path, function: str, python: str) -> Row:
        """One tool on one program."""
        limits = ["--budget", str(self.budget), "--seconds", str(self.seconds), "--seed", str(self.seed)]
        told = run(python, tool, path, function, *limits, longest_s=self.seconds + LONGER_S)
        if isinstance(told, str):
            outcome = Outcome(Verdict.HANG if told == "" else Verdict.CRASH, detail=told)
        else:
            told |= {"verdict": Verdict(told["verdict"]), "replays": tuple(told["replays"])}
            outcome = versus.judged(
                Outcome(**told), KINDS[path.stem] if function == "buggy" else {told["kind"]}
            )
        return Row(tool, path.stem, function, outcome)


def run(python: str, tool: str, path: Path, function: str, *options: str, longest_s: float | None) -> Any:
    """What the process printed; as a text what it complained of, an empty one if it had to be stopped."""
    line = [python, "-W", "ignore", "-m", "parts.explorers", tool, str(path), function, *options]
    if tool.startswith("frontrun"):
        line = [python, "-m", "frontrun.cli", *line]  # its own launcher: without it, it refuses
    process = subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(),
        start_new_session=True,
    )
    try:
        out, complaint = process.communicate(timeout=longest_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return ""
    lines = [each for each in out.splitlines() if each.startswith(("{", "["))]
    if not lines and "Traceback" in complaint:
        sys.exit(f"{tool} on {path.stem}: a mistake of this benchmark\n{complaint}")
    return json.loads(lines[-1]) if lines else complaint[-300:] or f"exit code {process.returncode}"


def surroundings() -> dict[str, str]:
    """What every interpreter needs to find our sources."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(REPOSITORY / "src"), str(HERE)])}


def said(python: str, code: str) -> str:
    """What an interpreter prints."""
    done = subprocess.run(
        [python, "-c", code], env=surroundings(), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def wanted(only: str) -> tuple[list[Path], list[Path]]:
    """Programs with a bug, and all with a correct function."""
    names = set(only.split(",")) if only else {path.stem for path in (*PROGRAMS, *TRICKY)}
    bugs = [path for path in PROGRAMS if path.stem in names]
    return bugs, bugs + [path for path in TRICKY if path.stem in names]


def compare(conductor: Conductor, tools: Sequence[str], only: str, python: str) -> Iterator[Row]:
    """Program after program, all tools on each."""
    bugs, correct = wanted(only)
    there = json.loads(said(python, "from parts.explorers import installed; installed()"))
    order = random.Random(conductor.seed)
    for number, path in enumerate(correct, 1):
        for function in ("buggy", "correct") if path in bugs else ("correct",):
            rows = []
            for tool in order.sample(tools, len(tools)):
                if tool in there:
                    rows.append(conductor.row(tool, path, function, python))
                else:
                    rows.append(Row(tool, path.stem, function, Outcome(Verdict.MISSING)))
            words = (f"{row.tool}: {row.outcome.verdict} {row.outcome.schedules}" for row in rows)
            print(f"{number}/{len(correct)} {path.stem}.{function}  {'; '.join(words)}", file=sys.stderr)
            yield from rows


def alone(conductor: Conductor, only: str, python: str) -> Iterator[Row]:
    """Conclab on the correct programs."""
    for path in wanted(only)[1]:
        for tool in OURS:
            yield conductor.row(tool, path, "correct", python)


def over_seeds(only: str, python: str, seeds: int) -> dict[str, list[int | None]]:
    """By program, how many schedules each seed needs."""
    limits = ["--budget", str(MOST_OVER_SEEDS), "--seeds", str(seeds)]
    needed = {}
    for path in wanted(only)[0]:
        told = run(python, "conclab", path, "buggy", *limits, longest_s=None)
        if isinstance(told, str):
            sys.exit(f"{path.stem}: {told}")
        needed[path.stem] = told
        print(f"{path.stem}: {max((count or 0) for count in told)}", file=sys.stderr)
    return needed


def printed(title: str, table: list[list[str]]) -> None:
    """Show a table."""
    print(f"\n{title}\n\n{versus.written(table)}", flush=True)


def main() -> None:
    """Compare, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", metavar="PYTHON", default=sys.executable, help="has the peers, runs all")
    parser.add_argument("--interpreters", metavar="PYTHON", nargs="+", default=[])
    parser.add_argument("--only", metavar="NAME,...", default="")
    parser.add_argument("--tools", metavar="TOOL,...", default=",".join(TOOLS))
    parser.add_argument("--budget", type=int, default=1000, help="schedules, or ordinary runs")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--many", metavar="N", type=int, help="conclab alone over N seeds")
    parser.add_argument("--json", metavar="FILE", type=Path)
    given = parser.parse_args()
    if given.many:
        needed = over_seeds(given.only, given.peers, given.many)
        title = f"schedules to the bug over {given.many} seeds, at most {MOST_OVER_SEEDS}"
        printed(f"{title}; {said(given.peers, NAME)}", versus.seeds(needed))
        document: Any = needed
    else:
        document = measure(given)
    if given.json:
        given.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def measure(given: argparse.Namespace) -> Any:
    """The comparison, and our own speed under other interpreters."""
    conductor = Conductor(given.budget, given.seconds, given.seed)
    name, load = said(given.peers, NAME), [os.getloadavg()]
    tools = given.tools.split(",")
    rows = list(compare(conductor, tools, given.only, given.peers))
    load.append(os.getloadavg())
    found = versus.columns(sorted(rows, key=lambda row: tools.index(row.tool)), given.seconds)
    title = f"{name}; {given.budget} schedules and {given.seconds:g} s for each program; seed {given.seed}"
    loads = " to ".join(f"{minutes[0]:.1f}" for minutes in load)
    printed(f"{title}; load {loads} on {os.cpu_count()} CPUs", versus.side_by_side(found))
    ours = {(name, policy): found[tool] for tool, policy in OURS.items() if tool in found}
    others = {said(python, NAME): python for python in given.interpreters}
    for other, python in others.items():
        mine = list(alone(conductor, given.only, python))
        rows += [Row(f"{row.tool} {other}", row.program, row.function, row.outcome) for row in mine]
        for tool, column in versus.columns(mine, given.seconds).items():
            ours[other, OURS[tool]] = column
    peers = {tool: column for tool, column in found.items() if tool not in OURS and column.is_steered}
    printed(
        "conclab on the correct programs, and how many times a peer's rate above", versus.rates(ours, peers)
    )
    return {"title": title, "load": load, "rows": [asdict(row) for row in rows]}


if __name__ == "__main__":
    main()
