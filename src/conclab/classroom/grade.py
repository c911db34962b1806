"""From submissions to sheets: equal submissions are one job, what the journal holds is not done again."""

from __future__ import annotations

import platform
from contextlib import closing
from typing import TYPE_CHECKING, Protocol

from conclab.classroom import jobs, tally
from conclab.classroom.model import CaseResult, Isolation, Lab, Layer, Mark, Reason, Sheet
from conclab.errors import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

    from conclab.classroom.intake.submission import Submission
    from conclab.classroom.journal import Journal


class Runner(Protocol):
    """Where jobs are done."""

    def run(self, work: Iterable[jobs.Job]) -> Generator[tuple[str, jobs.Outcome], None, None]:
        """Yield key and outcome as they come, in any order."""
        ...

    def finished(self) -> list[tuple[str, jobs.Outcome]]:
        """Return what was finished and not handed on when a run was closed."""
        ...


def require(lab: Lab, layer: Layer, isolation: Isolation, *, typed: bool) -> None:
    """Refuse hidden tests where a submission could get at them, unless the teacher typed so. Raises."""
    if layer > isolation.layer:
        lacking = "; ".join(isolation.missing) or "see conclab doctor"
        here = isolation.layer.name.lower()
        raise BadRequestError(f"isolation {layer.name.lower()} does not hold here, {here} does: {lacking}")
    if layer < Layer.KERNEL and not typed and any(case.hidden for case in lab.cases):
        name = layer.name.lower()
        raise BadRequestError(
            f"here only isolation {name} holds, under which a submission can read hidden tests; "
            f"conclab doctor says how to get more, --isolation {name} grades all the same"
        )


def grade(
    submissions: Sequence[Submission],
    lab: Lab,
    *,
    make: Callable[[Submission], jobs.Job],
    runner: Runner,
    journal: Journal,
    tell: Callable[[int, int], None],
) -> dict[str, jobs.Outcome]:
    """Do what is not done, and return the outcome of each submission by its digest.

    What was finished stays in the journal, whatever ends this early.
    """
    wanted = {one.digest: make(one) for one in submissions if one.files and not lacking(one, lab)}
    outcomes = {job.key: journal.done[job.key] for job in wanted.values() if job.key in journal.done}
    todo = {job.key: job for job in wanted.values() if job.key not in outcomes}
    keys = len({job.key for job in wanted.values()})

    held: list[tuple[str, jobs.Outcome]] = []  # what an interruption finds on its way to the disk

    def keep(found: Iterable[tuple[str, jobs.Outcome]]) -> None:
        for key, outcome in found:
            held[:] = [(key, outcome)]
            journal.add(key, outcome)
            outcomes[key] = outcome
            held.clear()
            tell(len(outcomes), keys)

    tell(len(outcomes), keys)
    try:
        with closing(runner.run(todo.values())) as answers:
            keep(answers if todo else ())
    except KeyboardInterrupt:
        keep([*held, *runner.finished()])
        raise
    return {digest: outcomes[job.key] for digest, job in wanted.items()}


def sheets(
    submissions: Iterable[Submission],
    lab: Lab,
    outcomes: Mapping[str, jobs.Outcome],
    *,
    isolation: Isolation,
    known: Mapping[str, frozenset[str]],
) -> tuple[Sheet, ...]:
    """Write everybody's sheet. Those who handed nothing in, or not all of it, have one too."""
    return tuple(
        _sheet(one, lab, outcomes.get(one.digest) or _missing(one, lab, isolation), known)
        for one in submissions
    )


def mistakes(wrong: Iterable[Submission], outcomes: Mapping[str, jobs.Outcome]) -> dict[str, frozenset[str]]:
    """By which cases each known mistake is known: those that it fails, here and now."""
    return {
        one.student: _failing(outcomes[one.digest])
        for one in wrong
        if one.digest in outcomes and outcomes[one.digest].settled
    }


def lacking(submission: Submission, lab: Lab) -> list[str]:
    """The files that the lab asks for and the submission lacks."""
    return [name for name in lab.files if name not in submission.files]


def _missing(submission: Submission, lab: Lab, isolation: Isolation) -> jobs.Outcome:
    names = ", ".join(lacking(submission, lab))
    results = tuple(
        CaseResult(case.id, Mark.FAILED, Reason.MISSING, detail=f"{names}: not there to be graded")
        for case in lab.cases
    )
    return jobs.Outcome(results, isolation)


def _sheet(
    submission: Submission, lab: Lab, outcome: jobs.Outcome, known: Mapping[str, frozenset[str]]
) -> Sheet:
    return Sheet(
        student=submission.student,
        lab=lab.id,
        lab_digest=lab.digest,
        submission_digest=submission.digest,
        results=outcome.results,
        isolation=outcome.isolation,
        python=platform.python_version(),
        note="; ".join(submission.notes),
        matched="" if lacking(submission, lab) else _matched(lab, outcome, known),
        extra=dict(submission.extra),
    )


def _matched(lab: Lab, outcome: jobs.Outcome, known: Mapping[str, frozenset[str]]) -> str:
    """The known mistakes with exactly these failing cases; of several alike, all are named."""
    failed = _failing(outcome)
    decided = all(result.mark is not Mark.BROKEN for result in outcome.results)
    # Failing in everything is no mistake of its own: whatever does not start does that.
    telling = 0 < len(failed) < len(lab.cases) and decided
    return " or ".join(name for name, cases in sorted(known.items()) if telling and cases == failed)


def _failing(outcome: jobs.Outcome) -> frozenset[str]:
    return frozenset(result.case for result in outcome.results if result.mark is not Mark.PASSED)


def incomplete(graded: tally.Graded) -> list[str]:
    """Students whose sheet a person has to look at."""
    return [sheet.student for sheet in graded.sheets if tally.looked_at(sheet)]
