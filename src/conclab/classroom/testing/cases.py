"""Runs a lab's tests on one submission, in a grader process of its own; collects what a lab declares."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conclab.classroom.model import Case, CaseResult, Mark, Reason, Trust, Visibility
from conclab.classroom.testing.judging import broken
from conclab.errors import BadRequestError, ContentError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conclab.classroom.labs import LabFolder

NEEDS = ("pytest", "hypothesis")
PATIENCE = 8 * 3  # times the lab's time-out, for each case: a case may take six, and is repeated twice
STARTING_S = 60.0


def run_cases(
    lab: LabFolder, submission: Path, *, hidden: bool, only: Iterable[str] = (), replay: str = "", repeat: bool = True
) -> tuple[CaseResult, ...]:
    """One result for each declared case, in declared order, whatever happens. Raises BadRequestError."""
    cases = [case for case in lab.lab.cases if hidden or not case.hidden]
    wanted = list(only)
    if wanted:
        cases = [case for case in cases if case.id in wanted]
    job = {
        "submission": str(submission), "files": list(lab.lab.files), "timeout_s": lab.lab.timeout_s,
        "seed": f"{lab.lab.id} {lab.lab.digest}", "only": wanted, "replay": replay, "repeat": repeat,
    }  # fmt: skip
    patience = STARTING_S + PATIENCE * lab.lab.timeout_s * len(cases)
    lines, ending = _pytest(lab.tests(hidden=hidden), lab.folder, job, patience_s=patience)
    found = {one["result"]["case"]: _result(one["result"]) for one in lines if "result" in one}
    return tuple(found.get(case.id) or broken(case.id, f"the grader has no result: {ending}") for case in cases)


def collect(folder: Path, tests: list[Path]) -> tuple[Case, ...]:
    """The cases that a lab declares, in order. Raises ContentError."""
    lines, ending = _pytest(tests, folder, {"repeat": False}, collect=True, patience_s=STARTING_S)
    cases = [_case(one["case"]) for one in lines if "case" in one]
    if ending or not cases:
        raise ContentError(f"{folder.name}: its tests can't be collected: {ending or 'there are none'}")
    return tuple(cases)


def _pytest(
    tests: list[Path], folder: Path, job: dict[str, Any], *, patience_s: float, collect: bool = False
) -> tuple[list[dict[str, Any]], str]:
    """What the plugin wrote, and how pytest ended if that was no ordinary end."""
    missing = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        raise BadRequestError(f"{' and '.join(missing)} can't be imported here: pip install 'conclab[classroom]'")
    with tempfile.TemporaryDirectory(prefix="conclab-grade-") as home:
        out, request, ini = (Path(home, name) for name in ("out", "job.json", "pytest.ini"))
        out.touch()
        request.write_text(json.dumps({**job, "out": str(out)}), encoding="utf-8")
        ini.write_text("[pytest]\n", encoding="utf-8")
        command = [
            sys.executable, "-B", "-m", "pytest", "-q", "-c", str(ini), f"--rootdir={folder}", f"--confcutdir={folder}",
            "-p", "no:cacheprovider", "-p", "conclab.classroom.testing.plugin", "--import-mode=importlib",
            "--conclab-job", str(request), *(["--collect-only"] if collect else []), *map(str, tests),
        ]  # fmt: skip
        ending = _run(command, home, patience_s)
        lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return lines, ending


def _run(command: list[str], home: str, patience_s: float) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "HYPOTHESIS_STORAGE_DIRECTORY": home}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            said, _ = process.communicate(timeout=patience_s)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                return f"pytest did not end within {patience_s:g} s"
            raise
    if process.returncode in {0, 1}:
        return ""
    return said.decode("utf-8", "replace")[-2_000:].strip() or f"pytest ended with {process.returncode}"


def _case(told: dict[str, Any]) -> Case:
    return Case(**told | {"visibility": Visibility(told["visibility"])})


def _result(told: dict[str, Any]) -> CaseResult:
    reason = None if told["reason"] is None else Reason(told["reason"])
    return CaseResult(**told | {"mark": Mark(told["mark"]), "reason": reason, "trust": Trust(told["trust"])})
