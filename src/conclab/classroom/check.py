"""A student's check: the visible tests on their own files, told in words, columns and pages.

The same engine as the grader's. What it needs of isolation is little: it is the student's own machine.
"""

from __future__ import annotations

import json
import platform
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import conclab
from conclab.classroom import labs
from conclab.classroom.desk import Progress
from conclab.classroom.model import Isolation, Layer, Mark, Reason, Sheet
from conclab.classroom.telling import Told, told
from conclab.classroom.testing.cases import grade_many
from conclab.classroom.testing.grading import Entry
from conclab.classroom.text import block
from conclab.errors import BadRequestError, UnknownNameError
from conclab.explore.codes import decode
from conclab.report import steps

if TYPE_CHECKING:
    from conclab.classroom.desk import Desk
    from conclab.classroom.labs import LabFolder
    from conclab.classroom.model import Case, CaseResult, Lab

CODE = re.compile(r"(?P<case>\w+):(?P<number>\d{1,6}):(?P<code>\S+)")
RACES = {Reason.SCHEDULE, Reason.DEADLOCK}
PAGES = "steps"
UNWRITTEN = "NotImplementedError:"  # a starter's


@dataclass(frozen=True, slots=True)
class Answer:
    """One visible test. `page` and `code` are empty if there is nothing to step through."""

    case: Case
    mark: Mark
    words: str
    detail: str
    columns: str
    code: str
    page: Path | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to."""

    answers: tuple[Answer, ...]

    @property
    def passed(self) -> tuple[Answer, ...]:
        """Those that passed."""
        return tuple(one for one in self.answers if one.mark is Mark.PASSED)

    @property
    def points(self) -> float:
        """What they are worth."""
        return sum(one.case.points for one in self.passed)

    @property
    def all_passed(self) -> bool:
        """Whether none is left."""
        return len(self.passed) == len(self.answers)


def check(desk: Desk, *, replay: str = "", page: Path | None = None) -> Checked:
    """Run the visible tests, or one of them in one order; remember how far the student is.

    The steps of each failure become a page in the lab's folder; `page` is where the first one goes instead.
    """
    lab = _settled(labs.load(desk.folder))
    only, plan = _replayed(replay, lab)
    with tempfile.TemporaryDirectory(prefix="conclab-check-") as home:
        entry = Entry(desk.folder, only=only)
        (graded,) = grade_many(lab, [entry], hidden=False, layer=Layer.BASIC, replay=plan, stories=Path(home))
        pages = Pages(desk, Path(home), page, replayed=bool(replay))
        cases = tuple(case for case in lab.lab.cases if case.id in graded.results)
        about = replace(lab.lab, cases=cases)
        shown = told(about, _sheet(about, graded.first))
        answers = tuple(_answer(one, result, pages) for one, result in zip(shown, graded.first, strict=True))
    checked = Checked(answers)
    if not replay:
        passed = tuple(one.case.id for one in checked.passed)
        desk.remember(Progress(desk.progress.hints, passed, checked.points))
    return checked


class Pages:
    """Makes the pages to step through, from what the grader kept."""

    def __init__(self, desk: Desk, home: Path, first: Path | None, *, replayed: bool) -> None:
        self.desk = desk
        self.home = home
        self.first = first
        self.replayed = replayed

    def write(self, case: Case, result: CaseResult) -> tuple[Path | None, str]:
        """The page of a case and the code of its schedule. A page of a failure that is mended goes away."""
        usual = self.desk.folder / PAGES / f"{case.id}.html"
        file = self.home / f"{case.id}.json"
        document = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        if result.mark is Mark.PASSED or not document or not document["story"]["steps"]:
            with suppress(OSError):
                usual.unlink()
            return None, ""
        code = f"{case.id}:{document['number']}:{result.schedule}"
        target, self.first = self.first or usual, None
        try:
            target.parent.mkdir(exist_ok=True)
            whole = self._whole(document, case, code)
            whole["coverage"]["seconds"] = result.seconds
            return steps.write(whole, target), code
        except OSError as error:
            raise BadRequestError(f"can't write {target}: {error.strerror or error}") from None

    def _whole(self, document: dict[str, Any], case: Case, code: str) -> dict[str, Any]:
        switches = sum(step["switch"] for step in document["story"]["steps"])
        number, policy = document["number"] + 1, "replay" if self.replayed else document["policy"]
        tried = (
            "the one schedule of the code"
            if self.replayed
            else f"{number} schedule{'s' * (number > 1)}, the simplest ones first"
        )
        acting = {step["thread"] for step in document["story"]["steps"]}
        threads = [
            one for one in document["story"]["threads"] if one["id"] in acting or one["name"] != "main"
        ]
        failure = document["failure"] | {
            "mechanism": case.explain, "schedule": number, "policy": policy, "replay": code,
            "switches": switches, "switches_found": switches,
        }  # fmt: skip
        return document | {
            "target": f"{self.desk.lab.lab.id}: {case.title}",
            "command": "conclab lab check",
            "again": self.desk.command("check", "--replay", code),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "interpreter": f"{platform.python_implementation()} {platform.python_version()}",
            "version": conclab.__version__,
            "failure": failure,
            "story": document["story"] | {"threads": threads},
            "coverage": {"sentence": tried, "policy": policy, "seed": 0, "seconds": 0.0},
        }


def _answer(one: Told, result: CaseResult, pages: Pages) -> Answer:
    page, code = pages.write(one.case, result)
    columns = one.columns if result.reason in RACES else ""
    words, detail = one.words, block(one.detail)
    if detail == UNWRITTEN:
        words, detail = f"not written yet: line {result.line}", ""
    return Answer(one.case, one.mark, words, detail, block(columns), code, page)


def _settled(lab: LabFolder) -> LabFolder:
    """Random values hang on the lab, and not on what a student writes: else no schedule could be replayed."""
    whole = sha256()
    for path in (lab.folder / "lab.toml", *sorted(lab.folder.glob("tests/visible/**/*.py"))):
        whole.update(path.read_bytes())
    return replace(lab, lab=replace(lab.lab, digest=whole.hexdigest()))


def _replayed(code: str, lab: LabFolder) -> tuple[tuple[str, ...], str]:
    if not code:
        return (), ""
    match = CODE.fullmatch(code.strip())
    if match is None:
        raise BadRequestError(
            f"{code!r} is no code of a check; one looks like test_two_threads_add:4:r1-3f9c2a-1.2.2"
        )
    known = [case.id for case in lab.lab.cases]
    if match["case"] not in known:
        raise UnknownNameError("visible test", match["case"], known)
    decode(match["code"])
    return (match["case"],), f"{match['number']}:{match['code']}"


def _sheet(lab: Lab, results: tuple[CaseResult, ...]) -> Sheet:
    return Sheet("", lab.id, lab.digest, "here", results, Isolation(Layer.BASIC), platform.python_version())
