"""Runs a lab's cases: on one submission, on many, or many times."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.classroom.testing.grading import Entry, Graded, grade
from conclab.errors import BadRequestError
from conclab.sandbox.model import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conclab.classroom.labs import LabFolder
    from conclab.classroom.model import CaseResult


def run_cases(
    lab: LabFolder,
    submission: Path,
    *,
    hidden: bool,
    layer: Layer = Layer.BASIC,
    only: Iterable[str] = (),
    replay: str = "",
    python: str = sys.executable,
) -> tuple[CaseResult, ...]:
    """One result for each declared case, in declared order, whatever happens.

    `submission` is a folder with its files; `layer` how far apart they run, `only` some cases by id, `replay`
    the code of one schedule, `python` the interpreter of the worker. A hidden case that fails is repeated
    twice. Raises BadRequestError if pytest or hypothesis is missing.
    """
    entry = Entry(submission, only=tuple(only))
    (graded,) = grade_many(lab, [entry], hidden=hidden, layer=layer, replay=replay, python=python)
    return graded.first


def grade_many(
    lab: LabFolder,
    entries: Sequence[Entry],
    *,
    hidden: bool,
    layer: Layer = Layer.BASIC,
    replay: str = "",
    repeat: bool = True,
    python: str = sys.executable,
    stories: Path | None = None,
) -> Iterator[Graded]:
    """The same for many, one after the other in one grader process; results come as they are made.

    `stories` is a folder for the steps of what failed, a document for each case. A number and a colon before
    the code in `replay` say which schedule that was: its random values come back with it.
    """
    cases = [case for case in lab.lab.cases if hidden or not case.hidden]
    interpreter = shutil.which(python)
    if interpreter is None:
        raise BadRequestError(f"no interpreter {python!r} here")
    job = {
        "files": lab.lab.files, "seed": f"{lab.lab.id} {lab.lab.digest}", "needs": sorted(lab.lab.needs),
        "layer": int(layer), "python": str(Path(interpreter).absolute()), "replay": replay, "repeat": repeat,
        "stories": "" if stories is None else str(stories.absolute()),
    }  # fmt: skip
    return grade(lab.folder, lab.tests(hidden=hidden), cases, entries, timeout_s=lab.lab.timeout_s, job=job)
