"""What the end of one test means. Knows nothing of pytest's hooks or of where results go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conclab.classroom.faults import Fault, InfrastructureError, clean, said
from conclab.classroom.model import CaseResult, Mark, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

OURS = (InfrastructureError, OSError, MemoryError)
DISAGREEMENTS = {"Flaky", "FlakyFailure", "FlakyReplay", "FlakyStrategyDefinition"}


def judge(case: str, error: BaseException | None, *, seconds: float) -> CaseResult:
    """A result from what a test raised."""
    if error is None:
        return CaseResult(case, Mark.PASSED, seconds=seconds)
    if isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, Fault):
        return _of_fault(case, error, seconds)
    detail = clean("\n".join([_told(error), *getattr(error, "__notes__", ())]))
    if isinstance(error, OURS) or not isinstance(error, Exception):
        return CaseResult(case, Mark.BROKEN, Reason.INFRASTRUCTURE, detail=detail, seconds=seconds)
    if type(error).__name__ in DISAGREEMENTS:
        return CaseResult(case, Mark.BROKEN, Reason.DISAGREED, detail=detail, seconds=seconds)
    return CaseResult(case, Mark.FAILED, Reason.VALUE, detail=detail, seconds=seconds)


def broken(case: str, why: str) -> CaseResult:
    """The grader could not decide."""
    return CaseResult(case, Mark.BROKEN, Reason.INFRASTRUCTURE, detail=clean(why))


def _of_fault(case: str, fault: Fault, seconds: float) -> CaseResult:
    notes = getattr(fault, "__notes__", ())
    return CaseResult(
        case,
        Mark.FAILED,
        fault.reason,
        trust=fault.trust,
        detail=clean("\n".join([fault.text, *notes])),
        columns=fault.columns,
        schedule=fault.schedule,
        line=fault.line,
        seconds=seconds,
    )


def _told(error: BaseException) -> str:
    if isinstance(error, AssertionError):
        return said(error)
    return f"{type(error).__name__} in the test: {error}"


def together(results: Sequence[CaseResult]) -> CaseResult:
    """One result of a case that was repeated, or has several parameters: the first that did not pass."""
    return next((one for one in results if one.mark is not Mark.PASSED), results[0])


def repeated(results: Sequence[CaseResult]) -> CaseResult:
    """A hidden case that failed was repeated: if it ever passed, a person looks."""
    first = results[0]
    if any(one.mark is Mark.PASSED for one in results):
        detail = clean(f"failed, then passed: {first.detail}")
        return replace(first, mark=Mark.BROKEN, reason=Reason.DISAGREED, detail=detail)
    return first
