"""Clusters of the same mistake: students whose submissions fail in the same cases."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.classroom import tally
from conclab.classroom.telling import same_reason

if TYPE_CHECKING:
    from conclab.classroom.model import Case, Sheet
    from conclab.classroom.tally import Graded


@dataclass(frozen=True, slots=True)
class Mistake:
    """What several students have in common, or one has alone."""

    cases: tuple[Case, ...]  # that did not pass
    matched: str  # the known mistake, if it is one
    reason: str  # why nothing passed, if nothing did
    sheets: tuple[Sheet, ...]


def mistakes(graded: Graded) -> tuple[Mistake, ...]:
    """The most common first. Whoever handed nothing in, or needs a person, made no mistake yet."""
    same: dict[tuple[frozenset[str], str], list[Sheet]] = defaultdict(list)
    for sheet in graded.sheets:
        failing = tally.failing(graded.lab, sheet)
        if failing and sheet.submission_digest and not tally.looked_at(sheet):
            # Whatever does not start fails everywhere: a hang and a crash are not the same mistake.
            same[failing, same_reason(sheet)].append(sheet)
    found = [
        Mistake(
            tuple(case for case in graded.lab.cases if case.id in failing),
            next((sheet.matched for sheet in sheets if sheet.matched), ""),
            reason,
            tuple(sheets),
        )
        for (failing, reason), sheets in same.items()
    ]
    return tuple(
        sorted(found, key=lambda one: (-len(one.sheets), [case.id for case in one.cases], one.reason))
    )
