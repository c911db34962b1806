"""How often the sampled layer says the same as the exact layer, which watches the same process meanwhile.

On workloads that the sampler's rules were never tuned on (parts/held_out.py). Prints, for each: samples a
second reached with eight threads, agreement of classified samples, share of samples that it leaves
unclassified, and for each state of the exact layer how much of it the sampler found.

    python benchmarks/sampled_agreement.py [--seconds 1.5] [--python PYTHON] [WORKLOAD ...]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.gil import build, exact, exact_states, sampled, sampled_states
from conclab.gil.states import Observation, State, Stretch
from parts import fresh, held_out
from parts.held_out import Until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

WORKLOADS = held_out.WORKLOADS | fresh.WORKLOADS
SOURCES = Path(build.__file__).parents[2]
WARM_UP_NS = 50_000_000  # while the threads start


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two layers compare, in samples (one look at one thread is one sample)."""

    threads: int
    rate_hz: float
    counts: Counter[tuple[State, State]]  # by the exact layer, by the sampled layer, moment by moment
    agreeing: int  # as `agree` counts them
    classified: int

    def words(self) -> str:
        """One line, and one more for the states."""
        total = sum(self.counts.values())
        told = {pair: n for pair, n in self.counts.items() if pair[1] is not State.UNKNOWN}
        strictly = sum(n for (truth, said), n in told.items() if truth is said)
        running = {pair: n for pair, n in told.items() if State.NO_CPU not in pair}
        both = sum(n for (truth, said), n in running.items() if truth is said)
        found = []
        for truth in State:
            of = sum(n for pair, n in told.items() if pair[0] is truth)
            found.append(f"{truth.value} {100 * told.get((truth, truth), 0) / of:.1f}% of {of}" if of else "")
        return (
            f"{self.threads} threads, {self.rate_hz:.0f} samples/s, "
            f"{100 * self.agreeing / self.classified:.1f}% of {self.classified} classified samples agree "
            f"({100 * strictly / self.classified:.1f}% moment by moment; "
            f"{100 * both / sum(running.values()):.1f}% of {sum(running.values())} where none says no-cpu), "
            f"{100 - 100 * self.classified / total:.1f}% unclassified\n"
            f"    found, moment by moment: {', '.join(filter(None, found))}"
        )


def compare(truth: Observation, seen: Observation, moments: Mapping[int, Sequence[int]]) -> Comparison:
    """Ask both layers what each thread did at each moment at which it was looked at."""
    counts: Counter[tuple[State, State]] = Counter()
    agreeing = 0
    for thread, stretches in truth.threads.items():
        said = _at(seen.threads.get(thread, ()))
        looks = [at for at in moments.get(thread, ()) if at > seen.start_ns + WARM_UP_NS]
        for group in _groups(stretches):
            inside = looks[bisect_left(looks, group[0].start_ns) : bisect_left(looks, group[-1].end_ns)]
            states = [(at, said(at)) for at in inside]
            exactly = _at(group)
            counts.update((exactly(at), state) for at, state in states)
            agreeing += _agree(group, Counter(state for _, state in states if state is not State.UNKNOWN))
    classified = sum(n for (_, state), n in counts.items() if state is not State.UNKNOWN)
    return Comparison(len(moments), seen.rate_hz or 0.0, counts, agreeing, classified)


def _groups(stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    """What lies between two events of the exact layer. Inside, it knows sums and draws them in some order."""
    group: list[Stretch] = []
    for stretch in stretches:
        if stretch.state is State.UNKNOWN:
            continue
        if group and (stretch.state in {State.HOLDS, State.WAITS} or group[-1].state is State.HOLDS):
            yield group
            group = []
        group.append(stretch)
    if group:
        yield group


def _agree(group: Sequence[Stretch], said: Counter[State]) -> int:
    """How many samples fit the sums: of each state its share of the group's samples, rounded up."""
    lasts: Counter[State] = Counter()
    for stretch in group:
        lasts[stretch.state] += stretch.end_ns - stretch.start_ns
    samples, whole = said.total(), lasts.total()
    return sum(min(n, ceil(samples * lasts[state] / whole)) for state, n in said.items())


def _at(stretches: Sequence[Stretch]) -> Callable[[int], State]:
    starts = [stretch.start_ns for stretch in stretches]

    def state(moment: int) -> State:
        number = bisect_right(starts, moment) - 1
        known = number >= 0 and moment <= stretches[number].end_ns
        return stretches[number].state if known else State.UNKNOWN

    return state


def observe(workload: str, folder: Path, *, seconds: float, python: str) -> Comparison:
    """Run the workload in a process of its own under both layers, and compare what they wrote."""
    surroundings = os.environ | build.shim().preloaded() | {"PYTHONPATH": str(SOURCES)}
    line = [python, __file__, "--inside", str(folder), "--seconds", str(seconds), workload]
    subprocess.run(line, env=surroundings, check=True)
    (events,) = folder.glob(f"*{exact.SUFFIX}")
    samples = events.with_suffix(sampled.SUFFIX)
    moments = {
        thread: [look.at_ns for look in looks] for thread, looks in sampled_states.looks(samples).items()
    }
    truth = exact_states.read(events)
    if truth.cut:
        sys.exit(f"{workload}: the exact layer's record is no truth: {truth.cut}; ask for fewer --seconds")
    return compare(truth, sampled_states.read(samples), moments)


def inside(workload: str, folder: Path, seconds: float) -> None:
    """Work under observation."""
    stops = [exact.start(folder), sampled.start(folder)]
    threads = [threading.Thread(target=work) for work in WORKLOADS[workload](Until(seconds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for stop in reversed(stops):
        stop()


def main() -> None:
    """Compare on each workload that was named, or on all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS), metavar="WORKLOAD")
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    for workload in given.workloads:
        if given.inside:
            inside(workload, given.inside, given.seconds)
            continue
        with tempfile.TemporaryDirectory() as folder:
            comparison = observe(workload, Path(folder), seconds=given.seconds, python=given.python)
        print(f"{workload}: {comparison.words()}")


if __name__ == "__main__":
    main()
