"""What a start under each layer costs, beside a bare interpreter's, interleaved; and what the probes take.

python benchmarks/sandbox_start.py [ROUNDS]
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from conclab.sandbox.launching import launch
from conclab.sandbox.model import Layer
from conclab.sandbox.probing import probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PYTHON = os.path.realpath(sys.executable)


def main() -> None:
    """Print what each probe took, then medians of the starts: elapsed, and CPU time of all its processes."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "nothing.py"
        program.write_text("pass\n")
        starts = {"bare": lambda: bare(program)} | dict(layers(program))
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in starts}
        for _ in range(rounds):
            for name, start in starts.items():
                began, used = perf_counter(), cpu_s()
                start()
                taken[name].append((perf_counter() - began, cpu_s() - used))
    for name, each in taken.items():
        elapsed, cpu = (statistics.median(values) * 1e3 for values in zip(*each, strict=True))
        fastest = min(elapsed for elapsed, _ in each) * 1e3
        print(f"{name:<11} {elapsed:6.1f} ms (fastest {fastest:6.1f}), CPU {cpu:6.1f} ms")


def bare(program: Path) -> None:
    """Start an interpreter as plainly as that goes."""
    subprocess.run([PYTHON, "-I", "-S", "-B", str(program)], check=True)


def layers(program: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the start under each layer that holds here."""
    for layer in Layer:
        began = perf_counter()
        found = probe(layer)
        print(f"probe of {layer.name.lower():<11} {perf_counter() - began:6.3f} s, holds: {found.holds}")
        if found.holds:
            yield layer.name.lower(), partial(under, layer, program)


def under(layer: Layer, program: Path) -> None:
    """Start it apart and wait until nothing of it is left."""
    with launch(program, layer=layer) as confined:
        ending = confined.wait()
    assert ending is not None
    assert ending.exit_code == 0, ending


def cpu_s() -> float:
    """CPU time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
