"""What a sheet comes to. The one place that adds points up and says who needs a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.classroom.model import Case, CaseResult, Lab, Mark, Reason, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of two submissions that say the same in other words, or in the same."""

    file: str
    here: tuple[int, int]  # first line and last
    there: tuple[int, int]
    here_text: str = ""
    there_text: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """Two submissions whose code is nearly the same: to be looked at by a person, no verdict."""

    one: str  # students
    other: str
    share: float  # of the smaller one's fingerprints, 0 to 1
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Graded:
    """A class whose submissions were graded: all that any output of ours reads."""

    lab: Lab
    sheets: tuple[Sheet, ...]
    python: str
    alike: tuple[Alike, ...] = ()
    notes: tuple[str, ...] = ()  # about the grading as a whole


def pairs(lab: Lab, sheet: Sheet) -> Iterator[tuple[Case, CaseResult]]:
    """Each declared case with its result. A case without one is BROKEN: silence is never a pass."""
    results = {result.case: result for result in sheet.results}
    for case in lab.cases:
        silent = CaseResult(case.id, Mark.BROKEN, Reason.INFRASTRUCTURE, detail="no result")
        yield case, results.get(case.id, silent)


def earned(lab: Lab, sheet: Sheet) -> float:
    """Points of the cases that passed."""
    return figure(sum(case.points for case, result in pairs(lab, sheet) if result.mark is Mark.PASSED))


def undecided(lab: Lab, sheet: Sheet) -> float:
    """Points that a person has yet to give or refuse."""
    return figure(sum(case.points for case, result in pairs(lab, sheet) if result.mark is Mark.BROKEN))


def most(cases: Iterable[Case]) -> float:
    """All points that can be had."""
    return figure(sum(case.points for case in cases))


def failing(lab: Lab, sheet: Sheet) -> frozenset[str]:
    """The cases that did not pass, which is what a mistake is known by."""
    return frozenset(case.id for case, result in pairs(lab, sheet) if result.mark is not Mark.PASSED)


def looked_at(sheet: Sheet) -> bool:
    """Whether a person has to look: the grader could not decide, or decided differently when asked again."""
    return any(
        result.mark is Mark.BROKEN or result.reason in {Reason.DISAGREED, Reason.INFRASTRUCTURE}
        for result in sheet.results
    )


def figure(points: float) -> float:
    """10 and not 10.0: the same points give the same bytes, whatever they were added up from."""
    return int(points) if points == int(points) else round(points, 6)


def number(points: float) -> str:
    """7, 2.5, 0.33: as few digits as say it."""
    return f"{points:.2f}".rstrip("0").rstrip(".")
