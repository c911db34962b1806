"""What a student may read of a result. Outputs that students see are made from this, and from nothing else.

Of a hidden case: the author's sentence. Its inputs, and whatever the student's own code said under them,
would hand the test out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.classroom import tally
from conclab.classroom.model import Case, Isolation, Lab, Layer, Mark, Reason, Sheet, Visibility

if TYPE_CHECKING:
    from conclab.classroom.model import CaseResult

REASONS = {
    Reason.VALUE: "wrong result",
    Reason.SCHEDULE: "wrong result under one interleaving",
    Reason.DEADLOCK: "deadlock",
    Reason.EXCEPTION: "your code raised an exception",
    Reason.TIMEOUT: "no answer in time",
    Reason.CRASH: "the process ended before it answered",
    Reason.MEMORY: "too much memory",
    Reason.PROTOCOL: "an answer that is none",
    Reason.MISSING: "a file or a name that the lab asks for is not there",
    Reason.DISAGREED: "asked again, it came to something else",
    Reason.INFRASTRUCTURE: "the grader could not run it",
}
FOR_TEACHERS = {Reason.EXCEPTION: "the code raised an exception"}
NO_ANSWER = {Reason.EXCEPTION, Reason.TIMEOUT, Reason.CRASH, Reason.MEMORY, Reason.PROTOCOL, Reason.MISSING}
UNDECIDED = "The grader could not decide; your teacher looks at it."
UNEXPLAINED = "This hidden test did not pass."
NOT_THERE = "A file that the lab asks for was not handed in."
HELD = {
    Layer.NONE: "Submissions ran as ordinary programs: nothing but a deadline kept them from the grader.",
    Layer.BASIC: "Submissions ran with limits and a clean environment, but could read this machine's files.",
    Layer.KERNEL: "Submissions could read only their folder and Python, and reach no network or process.",
    Layer.NAMESPACES: "Submissions ran in a system of their own, without other files, processes or network.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One case as its student may read of it."""

    case: Case
    mark: Mark
    points: float
    words: str = ""  # why it did not pass
    detail: str = ""
    columns: str = ""


def told(lab: Lab, sheet: Sheet) -> tuple[Told, ...]:
    """Every case whose result a student may ever see, in declared order."""
    return tuple(
        _told(case, result)
        for case, result in tally.pairs(lab, sheet)
        if case.visibility is not Visibility.HIDDEN
    )


def unseen(lab: Lab) -> int:
    """How many cases count that no student is shown."""
    return sum(case.visibility is Visibility.HIDDEN for case in lab.cases)


def held(isolation: Isolation) -> str:
    """The isolation line: what held while submissions ran, in plain words."""
    parts = f" ({', '.join(isolation.parts)})" if isolation.parts else ""
    return f"Isolation: {isolation.layer.name.lower()}{parts}. {HELD[isolation.layer]}"


def same_reason(sheet: Sheet) -> str:
    """Why nothing passed, if it is the same for every case: it hangs, it crashes, a name is not there."""
    reasons = {result.reason for result in sheet.results if result.mark is Mark.FAILED}
    if not sheet.submission_digest or any(result.mark is not Mark.FAILED for result in sheet.results):
        return ""
    reason = reasons.pop() if len(reasons) == 1 else None
    return FOR_TEACHERS.get(reason, REASONS[reason]) if reason in NO_ANSWER and reason else ""


def _told(case: Case, result: CaseResult) -> Told:
    if result.mark is Mark.PASSED:
        return Told(case, result.mark, case.points)
    if result.mark is Mark.BROKEN:
        return Told(case, result.mark, 0, UNDECIDED)
    if result.reason is Reason.MISSING and not case.hidden:
        return Told(case, result.mark, 0, NOT_THERE)
    if case.hidden:
        return Told(case, result.mark, 0, case.explain or UNEXPLAINED)
    words = REASONS[result.reason] if result.reason else "did not pass"
    where = f", line {result.line}" if result.line else ""
    explained = f". {case.explain}" if case.explain else ""
    return Told(case, result.mark, 0, f"{words}{where}{explained}", result.detail, interleaving(result))


def interleaving(result: CaseResult) -> str:
    """The columns alone: what they end in stands above them too, and is told already."""
    return result.columns.removeprefix(result.detail).lstrip("\n")
