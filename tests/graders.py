"""A stand-in for the channel: what a submission says in its first line is what its cases come to.

Runs in the graders' own processes, so it is named as `graders:grade` and found by PYTHONPATH.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.classroom.intake.submission import Submission
from conclab.classroom.jobs import Bench, Known
from conclab.classroom.model import Case, CaseResult, Isolation, Lab, Layer, Mark, Reason, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
BENCH = Bench("graders:load", "graders:grade", "graders:probe", "graders:known")
ISOLATION = Isolation(Layer.KERNEL, ("landlock 7", "seccomp"), ("bubblewrap is not installed",))
LAB = Lab(
    id="01_counter",
    title="The race counter",
    files=("solution.py",),
    cases=(
        Case("test_two", "two increments give 2", 3, hidden=False, task=1),
        Case(
            "test_no_lost_update",
            "no lost update",
            5,
            hidden=True,
            explain="Two threads read the same value before either wrote.",
            task=2,
            visibility=Visibility.AFTER_PUBLISHED,
        ),
        Case("test_secret", "a secret", 2, hidden=True, explain="Never shown.", visibility=Visibility.HIDDEN),
    ),
    digest="ab" * 32,
)
KNOWN = {"no_lock": frozenset({"test_no_lost_update"}), "nothing": frozenset(case.id for case in LAB.cases)}


def load(folder: Path) -> Lab:
    return LAB


def probe(layer: Layer | None, needs: frozenset[str]) -> Isolation:
    return ISOLATION if layer is None or layer >= Layer.KERNEL else Isolation(layer)


def known(folder: Path) -> Known:
    wrong = Submission("no_lock", {"solution.py": source(fail=["test_no_lost_update"])})
    return Known((wrong,), {"solution.py": b"def solve():\n    ...\n"})


def grade(lab: Lab, folders: list[Path], *, layer: Layer, hidden: bool) -> Iterator[tuple[CaseResult, ...]]:
    for folder in folders:
        yield grade_one(lab, folder, layer=layer, hidden=hidden)


def grade_one(lab: Lab, folder: Path, *, layer: Layer, hidden: bool) -> tuple[CaseResult, ...]:
    """The first line is JSON in a comment: {"fail": [...], "broken": [...]}, or one word that harms."""
    assert layer is Layer.KERNEL
    assert hidden
    source = (folder / "solution.py").read_text(encoding="utf-8")
    if count := os.environ.get("CONCLAB_TEST_COUNT"):
        with Path(count).open("a", encoding="utf-8") as file:
            file.write(f"{source.splitlines()[-1]}\n")
    first = source.splitlines()[0].removeprefix("# ")
    if first == "dies":
        os._exit(0)
    if first == "hangs":
        time.sleep(3600)
    if first == "raises":
        raise RuntimeError("the grader's own fault")
    if first == "silent":
        return ()
    print("a grader that prints")  # must not reach the channel
    told = json.loads(first)
    return tuple(_result(case, told) for case in lab.cases)


def _result(case: Case, told: dict) -> CaseResult:
    if case.id in told.get("broken", ()):
        return CaseResult(case.id, Mark.BROKEN, Reason.DISAGREED)
    if case.id in told.get("fail", ()):
        return CaseResult(
            case.id,
            Mark.FAILED,
            Reason.SCHEDULE,
            detail="1, expected 2",
            columns="A | B",
            line=7,
            seconds=0.25,
        )
    return CaseResult(case.id, Mark.PASSED, seconds=time.perf_counter() % 1)


def source(tail: str = "", **told) -> bytes:
    """A submission that comes to this."""
    return f"# {json.dumps(told)}\n# {tail}\n".encode()
