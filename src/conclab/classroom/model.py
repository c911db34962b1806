"""The nouns of the classroom. Standard library only; knows nothing of processes, pytest or files."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from conclab.sandbox.model import Isolation, Layer

__all__ = [
    "Case",
    "CaseResult",
    "Isolation",
    "Lab",
    "Layer",
    "Mark",
    "Reason",
    "Sheet",
    "Trust",
    "Visibility",
]


class Mark(StrEnum):
    """What one case of one submission came to."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"  # ours: the grader could not decide, and a person looks


class Reason(StrEnum):
    """Why a case did not pass."""

    VALUE = "value"  # a wrong result
    SCHEDULE = "schedule"  # a wrong result under one interleaving, which is kept
    DEADLOCK = "deadlock"
    EXCEPTION = "exception"  # the submission raised
    TIMEOUT = "timeout"
    CRASH = "crash"  # its process ended before the answer
    MEMORY = "memory"
    PROTOCOL = "protocol"  # an answer that is none: malformed, too large, too many
    MISSING = "missing"  # a file or a name that the lab asks for is not there
    DISAGREED = "disagreed"  # repeated, it came to something else: a person looks
    INFRASTRUCTURE = "infrastructure"  # no fault of the submission: no sandbox, a full disk


class Trust(StrEnum):
    """Where that was seen which decided a case."""

    GRADER = "grader"  # in the grader's own process, out of the submission's reach
    WITNESS = "witness"  # inside the worker, by code that shares a process with the submission


class Visibility(StrEnum):
    """When a student may see the result of a case."""

    VISIBLE = "visible"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Case:
    """One declared test of a lab."""

    id: str  # name of the test function
    title: str  # what a student reads in the list
    points: float
    hidden: bool
    explain: str = ""  # the author's sentence, all that a student reads of a hidden test that failed
    task: int | None = None  # the step of the lab that it belongs to
    visibility: Visibility = Visibility.VISIBLE


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What one case of one submission came to. Everything but `case` and `mark` may be empty."""

    case: str
    mark: Mark
    reason: Reason | None = None
    trust: Trust = Trust.GRADER
    detail: str = ""  # for the teacher: may hold hidden inputs and what the student's code said
    columns: str = ""  # the interleaving, for the teacher and, of visible cases, the student
    schedule: str = ""  # its code
    line: int | None = None  # of the submission
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Lab:
    """What grading and its outputs need to know of a lab."""

    id: str  # name of its folder
    title: str
    files: tuple[str, ...]  # that a submission consists of
    cases: tuple[Case, ...]  # in declared order
    digest: str = ""  # SHA-256 over the lab's files
    timeout_s: float = 10.0  # of one case
    needs: frozenset[str] = frozenset()  # such as "threads", "asyncio", "processes"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One graded submission: a result for every declared case, in declared order."""

    student: str
    lab: str
    lab_digest: str
    submission_digest: str  # SHA-256 over its files; empty if there was nothing to grade
    results: tuple[CaseResult, ...]
    isolation: Isolation
    python: str  # version that it was graded under
    note: str = ""  # about the submission as a whole: an unsafe archive, a missing file
    matched: str = ""  # the known mistake whose failing cases these are
    extra: dict[str, str] = field(default_factory=dict)  # columns of the roster, handed through
