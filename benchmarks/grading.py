"""What grading a class costs beside the starts of its workers, side by side in one run.

python benchmarks/grading.py [--lab labs/01-race-counter] [--submissions 300] [--jobs 2] [--layer kernel]

Every submission is another text, each of the lab's solution or of a known mistake in turn, so that none
is graded by having been graded. A start is of a worker that imports the submission and ends: the least that a
case can cost. There are as many as grading makes, one for each case and two more where a hidden one failed;
half of them before it, half of them behind it. The promise: grading costs at most 1.5 times the starts.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from conclab.classroom import bench, jobs
from conclab.classroom.intake.submission import Submission
from conclab.classroom.model import Layer, Mark
from conclab.classroom.runners.local import Local
from conclab.classroom.testing.plugin import REPEATS
from conclab.classroom.testing.student import Student
from conclab.sandbox import probing

if TYPE_CHECKING:
    from collections.abc import Callable

    from conclab.classroom.labs import LabFolder

MOST = 1.5
PATIENCE_S = 3600.0


def main() -> int:
    """Print both, and their ratio; exit code 1 if the promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", type=Path, default=Path(__file__).parent.parent / "labs" / "01-race-counter")
    parser.add_argument("--submissions", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--layer", choices=[layer.name.lower() for layer in Layer])
    given = parser.parse_args()
    lab = bench.folder_of(given.lab.resolve())
    best = probing.isolation(lab.lab.needs).layer
    layer = Layer[given.layer.upper()] if given.layer else Layer(best)
    handed_in = submissions(lab, given.submissions)
    run = partial(starts, lab, given.jobs, layer=layer)
    before = measured(run, given.submissions * len(lab.lab.cases) // 2)
    count: list[int] = []
    whole = measured(grading, lab, given.jobs, handed_in, count, layer=layer)
    behind = measured(run, count[0] - given.submissions * len(lab.lab.cases) // 2)
    print(f"{lab.lab.id}, {given.submissions} submissions, {given.jobs} at once, {layer.name}")
    print(f"{'':<24} elapsed      CPU")
    elapsed, cpu = (one + other for one, other in zip(before, behind, strict=True))
    print(f"{'grading':<22} {whole[0]:7.1f} s {whole[1]:7.1f} s")
    print(f"{f'{count[0]:,} starts alone':<22} {elapsed:7.1f} s {cpu:7.1f} s")
    print(f"{'ratio':<22} {whole[0] / elapsed:7.2f}   {whole[1] / cpu:7.2f}")
    return int(whole[0] / elapsed > MOST)


def measured(do: Callable[..., None], *args: Any, **kwargs: Any) -> tuple[float, float]:
    """Elapsed and CPU seconds, of all processes that it started."""
    begin, used = perf_counter(), cpu_s()
    do(*args, **kwargs)
    return perf_counter() - begin, cpu_s() - used


def cpu_s() -> float:
    """CPU time of this process and of all that have ended below it."""
    each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in each)


def submissions(lab: LabFolder, count: int) -> list[Submission]:
    """So many, all different."""
    first, whole = lab.lab.files[0], {name: text.encode() for name, text in lab.solution.items()}
    texts = [whole[first], *(one.file.read_bytes() for one in lab.wrong)]
    return [
        Submission(f"s{number}", whole | {first: texts[number % len(texts)] + b"\n# %d\n" % number})
        for number in range(count)
    ]


def grading(
    lab: LabFolder, at_once: int, handed_in: list[Submission], starts: list[int], *, layer: Layer
) -> None:
    """Grade them as `conclab class grade` does, and note how many workers that takes."""
    work = [jobs.job(one, lab.lab, lab.folder, layer=layer, bench=bench.BENCH) for one in handed_in]
    done = list(Local(at_once, PATIENCE_S).run(work))
    results = [result for _, outcome in done for result in outcome.results]
    hidden = {case.id for case in lab.lab.cases if case.hidden}
    assert len(done) == len(work), "a submission has no result"
    assert all(one.mark is not Mark.BROKEN for one in results), "a submission is broken"
    repeated = sum(one.mark is Mark.FAILED and one.case in hidden for one in results)
    starts.append(len(results) + REPEATS * repeated)


def starts(lab: LabFolder, at_once: int, count: int, *, layer: Layer) -> None:
    """Start so many workers, have each import the submission, and end it."""
    with tempfile.TemporaryDirectory() as home:
        for name in lab.lab.files:
            shutil.copyfile(lab.folder / name, Path(home, name))
        start = partial(_start, Path(home), lab.lab.files, layer)
        with ProcessPoolExecutor(at_once) as pool:
            list(pool.map(start, range(count), chunksize=max(1, count // (4 * at_once))))


def _start(home: Path, files: tuple[str, ...], layer: Layer, _: int) -> None:
    student = Student(home, files, seed="start", layer=layer)
    assert student.code is not None
    student.close()


if __name__ == "__main__":
    sys.exit(main())
