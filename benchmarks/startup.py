"""How long `conclab --help` takes beside a bare interpreter that imports argparse and json.

    python benchmarks/startup.py [--rounds 20]

The promise: at most 1.5 times the bare start plus 60 ms. Both take turns, in random order.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

COMMANDS = {
    "bare": [sys.executable, "-c", "import argparse, json"],
    "conclab --help": [str(Path(sys.executable).with_name("conclab")), "--help"],
}


def main() -> int:
    """Print medians and the bound; exit code 1 if it is passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(options.rounds + 2):
        order = list(COMMANDS)
        random.Random(number).shuffle(order)
        for name in order:
            begin = time.perf_counter()
            subprocess.run(COMMANDS[name], check=True, stdout=subprocess.DEVNULL)
            if number >= 2:  # the first two fill the file cache and the bytecode cache
                seconds[name].append(time.perf_counter() - begin)
    bare, ours = (statistics.median(values) for values in seconds.values())
    bound = 1.5 * bare + 0.060
    print(f"bare {bare * 1e3:.0f} ms, conclab --help {ours * 1e3:.0f} ms, bound {bound * 1e3:.0f} ms")
    return int(ours > bound)


if __name__ == "__main__":
    sys.exit(main())
