"""The author's gate: whether a lab proves itself. Each finding is a sentence that says what is wrong."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.classroom.cheats import SILENCE_S, cheats
from conclab.classroom.edition import leaks, student_files
from conclab.classroom.model import Mark
from conclab.classroom.testing.cases import run_many
from conclab.sandbox.model import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conclab.classroom.labs import LabFolder
    from conclab.classroom.model import CaseResult

Results = dict[str, list["CaseResult"]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried. `problems` is empty if it is as it should be."""

    what: str
    runs: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """How a lab is tried."""

    lab: LabFolder
    times: int
    layer: Layer
    python: str

    def run(self, files: Mapping[str, str], *, times: int, only: str = "", timeout_s: float | None = None) -> Results:
        """Grade these files so many times."""
        with _folder(files) as folder:
            return run_many(
                self.lab, folder, times=times, layer=self.layer, only=[only] if only else (), timeout_s=timeout_s,
                python=self.python,
            )  # fmt: skip


def verify(
    lab: LabFolder,
    *,
    times: int = 20,
    layer: Layer = Layer.BASIC,
    python: str = "",
    told: Callable[[Check], None] = lambda _: None,
) -> tuple[Check, ...]:
    """Try a lab: solution, starter, known mistakes, cheats, and what a student gets.

    `told` hears of each check when it is done. The lab is good if no check has problems.
    """


    done = []
    for check in _checks(Gate(lab, times, layer, python or sys.executable)):
        told(check)
        done.append(check)
    return tuple(done)


def _checks(gate: Gate) -> Iterator[Check]:
    lab = gate.lab
    yield Check("what a student gets holds no secret", 1, tuple(leaks(lab, student_files(lab))))
    yield Check("there are enough known mistakes", 1, () if len(lab.wrong) >= 3 else ("less than three in wrong/",))  # noqa: PLR2004 - what docs/labs.md asks for
    yield _solution(gate)
    yield _starter(gate)
    for wrong in lab.wrong:
        files = lab.starter | {lab.lab.files[0]: wrong.file.read_text(encoding="utf-8")}
        results = gate.run(files, times=gate.times, only=wrong.fails)[wrong.fails]
        yield Check(f"wrong/{wrong.name} fails by {wrong.fails}", gate.times, tuple(_not_failed(results)))
    for about, files in cheats(lab.solution):
        yield _cheat(gate, about, files)


def _solution(gate: Gate) -> Check:
    found = gate.run(gate.lab.solution, times=gate.times)
    problems = [
        f"{case}, run {number}: {one.mark}: {one.detail}"
        for case, results in found.items()
        for number, one in enumerate(results, 1)
        if one.mark is not Mark.PASSED
    ]
    return Check("the solution passes", gate.times, tuple(problems))


def _starter(gate: Gate) -> Check:
    found = gate.run(gate.lab.starter, times=1)
    failed = [case for case, results in found.items() if results[0].mark is Mark.FAILED]
    return Check("the starter fails", 1, () if failed else ("the starter passes every case",))


def _cheat(gate: Gate, about: str, files: Mapping[str, str]) -> Check:
    hidden = {case.id for case in gate.lab.lab.cases if case.hidden}
    found = gate.run(files, times=1, timeout_s=SILENCE_S)
    passed = [case for case, results in found.items() if case in hidden and results[0].mark is not Mark.FAILED]
    problems = tuple(f"{case}: {found[case][0].mark}" for case in passed)
    return Check(f"a submission that {about} passes no hidden case", 1, problems)


def _not_failed(results: list[CaseResult]) -> Iterator[str]:
    for number, one in enumerate(results, 1):
        if one.mark is not Mark.FAILED:
            yield f"run {number}: {one.mark} {one.detail}".rstrip()


@contextmanager
def _folder(files: Mapping[str, str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="conclab-verify-") as home:
        for name, text in files.items():
            Path(home, name).write_text(text, encoding="utf-8")
        yield Path(home)
