"""Grading as a list of jobs that need nothing of each other: what one is, and how it is done.

A job is JSON and so is its answer: the same text goes to a process beside us or to one on another machine.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import tempfile
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from conclab.classroom import documents
from conclab.classroom.model import CaseResult, Isolation, Lab, Layer, Mark, Reason
from conclab.errors import ConclabError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from conclab.classroom.intake.submission import Submission


class Grade(Protocol):
    """Run a lab's cases on the files in each folder: a result for every case, in declared order."""

    def __call__(
        self, lab: Lab, folders: Sequence[Path], *, layer: Layer, hidden: bool
    ) -> Iterator[tuple[CaseResult, ...]]:
        """Grade one submission after the other; results come as they are made."""
        ...


@dataclass(frozen=True, slots=True)
class Bench:
    """What a job is done with, each named `module:function`, so that another process finds it too."""

    load: str  # a lab's folder -> Lab
    grade: str  # a Grade
    probe: str  # (layer or None for the best, a lab's needs) -> Isolation, as it is where the job is done
    known: str  # a lab's folder -> Known


@dataclass(frozen=True, slots=True)
class Known:
    """What a lab's author gave beside the tests."""

    wrong: tuple[Submission, ...] = ()  # the known mistakes, each under its name
    starter: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """One submission to be graded. Equal submissions are one job."""

    key: str
    request: str  # JSON


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job came to: the same for everybody who handed in these files."""

    results: tuple[CaseResult, ...]
    isolation: Isolation

    @property
    def settled(self) -> bool:
        """Whether it need not be done again: what was no fault of the submission is tried anew."""
        return not any(result.reason is Reason.INFRASTRUCTURE for result in self.results)


def key(submission: str, lab: Lab, *, layer: Layer, python: str) -> str:
    """What an outcome depends on, and nothing that it does not."""
    cases = [case.id for case in lab.cases]
    text = json.dumps([submission, lab.digest, cases, python, int(layer)])
    return sha256(text.encode()).hexdigest()


def job(submission: Submission, lab: Lab, folder: Path, *, layer: Layer, bench: Bench) -> Job:
    """Write down all that is needed to grade a submission."""
    python = platform.python_version()
    request = {
        "bench": [bench.load, bench.grade, bench.probe],
        "lab": str(folder.resolve()),
        "digest": lab.digest,
        "cases": [case.id for case in lab.cases],
        "layer": int(layer),
        "python": python,
        "files": {name: b64encode(content).decode() for name, content in submission.files.items()},
    }
    return Job(key(submission.digest, lab, layer=layer, python=python), json.dumps(request))


def execute(requests: Sequence[str]) -> Iterator[str]:
    """Do jobs of one lab, here and now, each answered when it is done.

    Together, because a grader is dear to start. Whatever goes wrong is an answer: no job costs another.
    """
    said = [json.loads(request) for request in requests]
    done = 0
    while done < len(said):
        try:
            for outcome in _execute(said[done:]):
                yield written(outcome)
                done += 1
        except Exception as error:  # noqa: BLE001 - the grader's own faults are marked, never a zero
            if done == len(said):
                return  # it went wrong after the last answer: that is told to nobody, and costs nobody
            yield written(unable(said[done]["cases"], f"{type(error).__name__}: {error}"))
            done += 1


def _execute(said: Sequence[Mapping[str, Any]]) -> Iterator[Outcome]:
    one = said[0]  # what is no file of a submission is the same for all
    load, grade, probe = (function(name) for name in one["bench"])
    lab: Lab = load(Path(one["lab"]))
    layer = Layer(one["layer"])
    isolation: Isolation = probe(layer, lab.needs)
    if isolation.layer < layer:
        raise ConclabError(f"here only {isolation.layer.name.lower()} holds: {'; '.join(isolation.missing)}")
    if platform.python_version() != one["python"]:
        raise ConclabError(f"here Python is {platform.python_version()}, asked for was {one['python']}")
    if lab.digest != one["digest"]:
        raise ConclabError("the lab is another one here")
    hidden = any(case.hidden for case in lab.cases)
    with tempfile.TemporaryDirectory(prefix="conclab-grade-") as place:
        folders = [Path(place, str(number)) for number in range(len(said))]
        for folder, each in zip(folders, said, strict=True):
            lay_out({name: b64decode(text) for name, text in each["files"].items()}, folder)
        # strict: fewer results than submissions are a fault of the grader, and raise
        for _, results in zip(said, grade(lab, folders, layer=layer, hidden=hidden), strict=True):
            by_case = {result.case: result for result in results}
            silent = unable(one["cases"], "the grader gave no result").results
            yield Outcome(tuple(by_case.get(result.case, result) for result in silent), isolation)


def lay_out(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files as the lab names them, readable and nothing more."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.chmod(path, 0o644)  # noqa: PTH101 - whatever the umask is: a sandbox may run as somebody else


def unable(cases: Iterable[str], why: str) -> Outcome:
    """Mark every case as one that a person must look at: no fault of the submission."""
    results = (CaseResult(case, Mark.BROKEN, Reason.INFRASTRUCTURE, detail=why) for case in cases)
    return Outcome(tuple(results), Isolation(Layer.NONE))


def written(outcome: Outcome) -> str:
    """As one line of JSON."""
    results = [
        documents.of_result(result) | {"seconds": round(result.seconds, 3)} for result in outcome.results
    ]
    return json.dumps({"results": results, "isolation": documents.of_isolation(outcome.isolation)})


def read(line: str) -> Outcome:
    """Read an outcome back. Raises ValueError for anything else."""
    try:
        said = json.loads(line)
        results = tuple(map(documents.to_result, said["results"]))
        return Outcome(results, documents.to_isolation(said["isolation"]))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no outcome: {error}") from None


def function(name: str) -> Callable[..., Any]:
    """Find what a bench names."""
    module, _, attribute = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return found
