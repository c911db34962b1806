"""How often a 95% interval holds the truth, by simulation. Prints the table that the docs quote.

    python benchmarks/coverage.py [--runs 1000] [--seed 1]

Every cell draws its own runs from its own generator, seeded by the seed and the cell's name: a cell
can be repeated alone. No clock, one process.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from synthetic import NOISE, SCENARIOS, Scenario, covered, covered_at_stop

BLOCKS = (6, 8, 10, 12, 18, 27, 40, 60, 90)
NOISES = (0.01, 0.02, 0.03, 0.05, 0.10)
WIDTH = max(map(len, SCENARIOS)) + 2


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="Coverage of the 95% interval, by simulation.")
    parser.add_argument("--runs", type=int, default=1000, help="simulated runs per cell (default: 1000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    error = 100 * math.sqrt(0.95 * 0.05 / options.runs)
    print(
        f"{options.runs} runs a cell, seed {options.seed}; Monte-Carlo error of a cell: {error:.1f} (1 sd)\n"
    )
    print("Coverage in percent, by number of blocks")
    print(" " * WIDTH + "".join(f"{blocks:7}" for blocks in BLOCKS))
    for name, scenario in SCENARIOS.items():
        cells = [
            fixed(scenario, blocks, options.runs, f"{options.seed}/{name}/{blocks}") for blocks in BLOCKS
        ]
        print(f"{name:{WIDTH}}" + "".join(f"{cell:7.1f}" for cell in cells), flush=True)
    print(
        "\nCoverage in percent / mean blocks where the run stops itself (+-3% or a random budget), by noise"
    )
    print(" " * WIDTH + "".join(f"{noise:12.0%}" for noise in NOISES))
    for name, scenario in SCENARIOS.items():
        if scenario.noise != NOISE:
            continue  # differs from another scenario by its noise only, which is the column here
        cells = [stopped(scenario, noise, options.runs, f"{options.seed}/{name}/{noise}") for noise in NOISES]
        print(f"{name:{WIDTH}}" + "".join(f"{cell:>12}" for cell in cells), flush=True)


def fixed(scenario: Scenario, blocks: int, runs: int, seed: str) -> float:
    """Coverage where the number of blocks is given."""
    rng = random.Random(seed)
    return 100 * sum(covered(scenario, blocks, rng) for _ in range(runs)) / runs


def stopped(scenario: Scenario, noise: float, runs: int, seed: str) -> str:
    """Coverage where the run stops by itself."""
    rng = random.Random(seed)
    ends = [covered_at_stop(scenario, noise, rng) for _ in range(runs)]
    hits = sum(hit for hit, _ in ends)
    return f"{100 * hits / runs:.1f} /{sum(blocks for _, blocks in ends) / runs:3.0f}"


if __name__ == "__main__":
    main()
