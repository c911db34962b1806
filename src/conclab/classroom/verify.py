"""The author's gate: whether a lab proves itself. Each problem is a sentence that says what is wrong."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.classroom.cheats import SILENCE_S, cheats
from conclab.classroom.edition import leaks, student_files
from conclab.classroom.model import Mark
from conclab.classroom.testing.cases import grade_many
from conclab.classroom.testing.grading import Entry
from conclab.sandbox.model import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conclab.classroom.labs import LabFolder
    from conclab.classroom.model import CaseResult

FEWEST_WRONG = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried. `problems` is empty if it is as it should be."""

    what: str
    runs: int = 1
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """Files to be graded, and what must come of it."""

    what: str
    files: Mapping[str, str]
    problems: Callable[[dict[str, list[CaseResult]]], Iterator[str]]
    times: int = 1
    only: tuple[str, ...] = ()
    timeout_s: float | None = None


def verify(
    lab: LabFolder,
    *,
    times: int = 20,
    layer: Layer = Layer.BASIC,
    python: str = sys.executable,
    told: Callable[[Check], None] = lambda _: None,
) -> tuple[Check, ...]:
    """Try a lab: solution, starter, known mistakes, cheats, and what a student gets.

    `told` hears of each check when it is done. The lab is good if no check has problems.
    """
    done = []
    for check in _checks(lab, times, layer, python):
        told(check)
        done.append(check)
    return tuple(done)


def _checks(lab: LabFolder, times: int, layer: Layer, python: str) -> Iterator[Check]:
    yield Check("what a student gets holds no secret", problems=tuple(leaks(lab, student_files(lab))))
    few = f"{len(lab.wrong)} in wrong/, {FEWEST_WRONG} are asked for"
    yield Check("there are enough known mistakes", problems=(few,) if len(lab.wrong) < FEWEST_WRONG else ())
    trials = list(_trials(lab, times))
    with tempfile.TemporaryDirectory(prefix="conclab-verify-") as home:
        entries = [_entry(Path(home, str(number)), trial) for number, trial in enumerate(trials)]
        for graded in grade_many(lab, entries, hidden=True, layer=layer, repeat=False, python=python):
            trial = trials[graded.number]
            yield Check(trial.what, trial.times, tuple(trial.problems(graded.results)))


def _trials(lab: LabFolder, times: int) -> Iterator[Trial]:
    yield Trial("the solution passes", lab.solution, _not_passed, times)
    for right in lab.right:
        files = lab.solution | {lab.lab.files[0]: right.read_text(encoding="utf-8")}
        yield Trial(f"right/{right.stem} passes", files, _not_passed, times)
    yield Trial("the starter fails", lab.starter, _all_passed)
    for wrong in lab.wrong:
        files = lab.starter | {lab.lab.files[0]: wrong.file.read_text(encoding="utf-8")}
        yield Trial(
            f"wrong/{wrong.name} fails by {wrong.fails}", files, _not_failed, times, only=(wrong.fails,)
        )
    hidden = tuple(case.id for case in lab.lab.cases if case.hidden)
    for about, files in cheats(lab.solution) if hidden else ():
        what = f"a submission that {about} passes no hidden case"
        yield Trial(what, files, _not_failed, only=hidden, timeout_s=SILENCE_S)


def _entry(folder: Path, trial: Trial) -> Entry:
    folder.mkdir()
    for name, text in trial.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Entry(folder, trial.only, trial.times, trial.timeout_s)


def _not_passed(found: dict[str, list[CaseResult]]) -> Iterator[str]:
    return _others(found, Mark.PASSED)


def _not_failed(found: dict[str, list[CaseResult]]) -> Iterator[str]:
    return _others(found, Mark.FAILED)


def _others(found: dict[str, list[CaseResult]], wanted: Mark) -> Iterator[str]:
    for case, results in found.items():
        other = [one for one in results if one.mark is not wanted]
        if other:
            detail = f": {other[0].detail}" if other[0].detail else ""
            yield f"{case}: {len(other)} of {len(results)} times {other[0].mark}{detail}"


def _all_passed(found: dict[str, list[CaseResult]]) -> Iterator[str]:
    if all(one.mark is Mark.PASSED for results in found.values() for one in results):
        yield "it passes every case"
