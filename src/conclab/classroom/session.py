"""One call of `class grade`, from the request to a graded class. Prints nothing."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.classroom import jobs, output
from conclab.classroom.alike import alike
from conclab.classroom.grade import grade, mistakes, require, sheets
from conclab.classroom.intake import roster
from conclab.classroom.intake.collect import collect
from conclab.classroom.journal import NAME, Journal, alone
from conclab.classroom.model import Layer
from conclab.classroom.page import whole_class
from conclab.classroom.runners.local import Local
from conclab.classroom.tally import Graded
from conclab.errors import BadRequestError, InterruptedRunError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from conclab.classroom.grade import Runner
    from conclab.classroom.intake.submission import Submission
    from conclab.classroom.model import Isolation, Lab

ALWAYS = "json"  # the report of a class is made from it
PATIENCE = 100.0  # times a case's limit: the channel itself gives up before that, also after two repeats
STARTING_S = 120.0


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be graded, and how."""

    submissions: Path
    lab: Path
    out: Path
    roster: Path | None = None
    student: str = ""  # whose alone the submissions are
    jobs: int = 1
    layer: Layer | None = None  # None: the best there is
    cluster: str = ""
    formats: tuple[str, ...] = ()


def grade_class(request: Request, *, bench: jobs.Bench, tell: Callable[[int, int], None]) -> Graded:
    """Grade everybody and write all files. Raises InterruptedRunError; what was finished is kept."""
    lab: Lab = jobs.function(bench.load)(request.lab)
    known: jobs.Known = jobs.function(bench.known)(request.lab)
    people = roster.read(request.roster) if request.roster else None
    submissions = collect(request.submissions, lab, people=people, student=request.student)
    layer, isolation = _layer(request, lab, bench)
    _make(request.out)
    done = 0

    def told(finished: int, total: int) -> None:
        nonlocal done
        done = finished
        tell(finished, total)

    with alone(request.out), Journal(request.out / NAME) as journal:
        try:
            outcomes = grade(
                (*submissions, *known.wrong),
                lab,
                make=lambda one: jobs.job(one, lab, request.lab, layer=layer, bench=bench),
                runner=_runner(request, lab),
                journal=journal,
                tell=told,
            )
        except KeyboardInterrupt:
            raise InterruptedRunError(
                f"interrupted; {done} graded submissions are kept in {request.out}, the same command goes on"
            ) from None
        made = sheets(submissions, lab, outcomes, isolation=isolation, known=mistakes(known.wrong, outcomes))
        graded = Graded(
            lab, made, platform.python_version(), alike(submissions, known.starter), _notes(submissions)
        )
        write(graded, request.formats, request.out)
    return graded


def write(graded: Graded, formats: Iterable[str], folder: Path) -> list[Path]:
    """Write a class's files, grades.json and the report among them."""
    wanted = dict.fromkeys((ALWAYS, *formats))
    return [*output.write(wanted, graded, folder), whole_class.write(graded, folder)]


def _layer(request: Request, lab: Lab, bench: jobs.Bench) -> tuple[Layer, Isolation]:
    isolation: Isolation = jobs.function(bench.probe)(request.layer, lab.needs)
    # On a cluster each worker probes its own sandbox, and marks the job if it has less than this.
    layer = (
        request.layer if request.layer is not None else Layer.KERNEL if request.cluster else isolation.layer
    )
    if not request.cluster:
        require(lab, layer, isolation, typed=request.layer is not None)
    return layer, isolation


def _runner(request: Request, lab: Lab) -> Runner:
    if request.cluster:
        from conclab.classroom.runners.cluster import Cluster  # noqa: PLC0415 - an extra

        return Cluster(request.cluster)
    return Local(request.jobs, STARTING_S + PATIENCE * lab.timeout_s * len(lab.cases))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadRequestError(
            f"can't keep grades in {folder}: {error.strerror}; give another folder with --out"
        ) from None


def _notes(submissions: Iterable[Submission]) -> tuple[str, ...]:
    """What a teacher should know of the class as a whole."""
    strangers = [one.student for one in submissions if "not in the roster" in one.notes]
    return (f"not in the roster: {', '.join(strangers)}",) if strangers else ()
