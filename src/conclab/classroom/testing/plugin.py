"""pytest, in the grader's process: the fixtures `student` and `stage`, and what each test came to.

Loaded by name by the grader, never by itself. Writes a line of JSON for each declared case, and for each
submission its begin, each result and its end, into a pipe of the grader's.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol

from conclab.classroom.lab import Visibility
from conclab.classroom.model import Case, CaseResult, Mark
from conclab.classroom.testing.judging import judge, repeated, together
from conclab.classroom.testing.student import Student
from conclab.errors import ContentError
from conclab.sandbox.model import Layer
from conclab.sandbox.shielding import shield

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEATS = 2
HIDDEN = "hidden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The grader says what is to be done by a file."""
    parser.addoption("--conclab-job", help="file with the job, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, and hypothesis the same for everybody."""
    config.addinivalue_line("markers", "lab_case(title, points, explain, task, visibility): a declared case")
    config.addinivalue_line("markers", "lab_schedules(preemptions, budget): run it in every order of steps")
    job = json.loads(Path(config.getoption("--conclab-job")).read_text(encoding="utf-8"))
    shield()
    config.pluginmanager.register(Cases(job), "conclab-cases")
    _settle_hypothesis()


def _settle_hypothesis() -> None:
    try:
        from hypothesis import HealthCheck, Phase, settings  # noqa: PLC0415 - of an extra
    except ImportError:
        return
    phases = (Phase.explicit, Phase.generate, Phase.shrink)
    settings.register_profile(
        "conclab", database=None, deadline=None, derandomize=True, print_blob=False, max_examples=50,
        report_multiple_bugs=False, suppress_health_check=list(HealthCheck), phases=phases,
    )  # fmt: skip
    settings.load_profile("conclab")


class Cases:
    """One job: collects the cases of a lab, and runs them on one submission after the other."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.entry: dict[str, Any] = {}
        self.error: BaseException | None = None

    def _write(self, kind: str, content: Any) -> None:
        os.write(self.job["out"], (json.dumps({kind: content}) + "\n").encode("ascii"))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Say which cases there are, before any of them runs."""
        for name, (item, *_) in _by_name(items).items():
            self._write("case", asdict(_case(item, name)))

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """The submission, in a worker of its own."""
        student = Student(
            Path(self.entry["folder"]),
            tuple(self.job["files"]),
            seed=f"{self.job['seed']} {_name(request.node)}",
            timeout_s=self.entry["timeout_s"],
            replay=self.job["replay"],
            layer=Layer(self.job["layer"]),
            needs=self.job["needs"],
            python=self.job["python"],
        )
        yield student
        student.close()

    @pytest.fixture
    def stage(self, student: Student) -> Student:
        """Made anew for each order of steps, in a test that is marked with lab.schedules."""
        return student

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """The body of a test with schedules is the scenario."""
        marker = pyfuncitem.get_closest_marker("lab_schedules")
        if marker is None:
            return None
        names = pyfuncitem._fixtureinfo.argnames  # noqa: SLF001 - as pytest's own call does
        given = {name: pyfuncitem.funcargs[name] for name in names}
        student: Any = pyfuncitem.funcargs["stage"]
        student.schedules(lambda stage: pyfuncitem.obj(**given | {"stage": stage}), **marker.kwargs)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """All submissions, instead of all tests once."""
        if session.testsfailed or session.config.option.collectonly:
            return None
        for number, entry in enumerate(self.job["entries"]):
            self.entry = entry
            self._write("begin", number)
            for name, items in _by_name(session.items).items():
                if name in (entry["only"] or [name]):
                    for _ in range(entry["times"]):
                        self._write("result", asdict(together([self._decided(item) for item in items])))
            self._write("end", number)
        return True

    def _decided(self, item: pytest.Item) -> CaseResult:
        """Run it; a hidden one that fails, twice more."""
        results = [self._run(item)]
        repeats = REPEATS if _is_hidden(item) and self.job["repeat"] and results[0].mark is Mark.FAILED else 0
        while results[-1].mark is Mark.FAILED and len(results) <= repeats:
            results.append(self._run(item))
        return repeated(results) if len(results) > 1 else results[0]

    def _run(self, item: pytest.Item) -> CaseResult:
        self.error = None
        begin = time.perf_counter()
        runtestprotocol(item, log=False, nextitem=None)
        self._write("ran", item.name)  # a sign of life: a case may be run more than once
        document = getattr(self.error, "document", None)
        if self.job.get("stories") and document:
            Path(self.job["stories"], f"{_name(item)}.json").write_text(
                json.dumps(document), encoding="utf-8"
            )
        return judge(_name(item), self.error, seconds=round(time.perf_counter() - begin, 3))

    def pytest_runtest_makereport(self, call: pytest.CallInfo[Any]) -> None:
        """Keep what was raised first, wherever that was."""
        if call.excinfo is not None and self.error is None:
            self.error = call.excinfo.value


def _by_name(items: list[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """Tests by function: one with parameters is several."""
    found: dict[str, list[pytest.Item]] = {}
    for item in items:
        found.setdefault(_name(item), []).append(item)
    return found


def _name(item: pytest.Item | Any) -> str:
    return str(getattr(item, "originalname", None) or item.name)


def _is_hidden(item: pytest.Item) -> bool:
    return item.path.parent.name == HIDDEN


def _case(item: pytest.Item, name: str) -> Case:
    marker, hidden = item.get_closest_marker("lab_case"), _is_hidden(item)
    where = f"{item.path.name}: {name}"
    if marker is None:
        raise ContentError(f"{where} must be declared: @lab.case(title, points=...)")
    told = marker.kwargs
    if not told["points"] > 0:
        raise ContentError(f"{where} must be worth more than {told['points']} points")
    if hidden and not told["explain"]:
        raise ContentError(f"{where} is hidden and must say what a student reads when it fails: explain=...")
    default = Visibility.AFTER_PUBLISHED if hidden else Visibility.VISIBLE
    visibility = Visibility(told["visibility"] or default)
    return Case(name, told["title"], told["points"], hidden, told["explain"], told["task"], visibility)
