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
from conclab.sandbox.model import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conclab.classroom.labs import LabFolder

NEEDS = ("pytest", "hypothesis")
PATIENCE = 8 * 3  # times the lab's time-out, for each case: a case may take six, and is repeated twice
STARTING_S = 60.0


def run_cases(
    lab: LabFolder,
    submission: Path,
    *,
    hidden: bool,
    layer: Layer = Layer.BASIC,
    only: Iterable[str] = (),
    replay: str = "",
    repeat: bool = True,
    python: str = sys.executable,
) -> tuple[CaseResult, ...]:
    """One result for each declared case, in declared order, whatever happens.

    `submission` is a folder with its files; `layer` how far apart they run, `only` some cases by id, `replay`
    the code of one schedule, `python` the interpreter of the worker. With `repeat`, a hidden case that fails
    is repeated twice. Raises BadRequestError if pytest or hypothesis is missing.
    """
    found = _run_cases(lab, submission, hidden, only, layer=layer, replay=replay, repeat=repeat, python=python)
    return tuple(results[0] for results in found.values())


def run_many(
    lab: LabFolder,
    submission: Path,
    *,
    times: int,
    layer: Layer = Layer.BASIC,
    only: Iterable[str] = (),
    timeout_s: float | None = None,
    python: str = sys.executable,
) -> dict[str, list[CaseResult]]:
    """All cases so many times, each in a worker of its own: for the author's gate."""
    more = {} if timeout_s is None else {"timeout_s": timeout_s}
    return _run_cases(lab, submission, True, only, layer=layer, times=times, python=python, **more)  # noqa: FBT003


def _run_cases(
    lab: LabFolder, submission: Path, hidden: bool, only: Iterable[str], *, times: int = 1, **more: Any
) -> dict[str, list[CaseResult]]:
    cases = [case.id for case in lab.lab.cases if hidden or not case.hidden]
    wanted = list(only)
    cases = [case for case in cases if case in wanted] if wanted else cases
    job = {
        "submission": str(submission), "files": list(lab.lab.files), "timeout_s": lab.lab.timeout_s,
        "seed": f"{lab.lab.id} {lab.lab.digest}", "only": wanted, "replay": "", "repeat": False, "times": times,
        "needs": sorted(lab.lab.needs), **more,
    }  # fmt: skip
    patience = STARTING_S + PATIENCE * job["timeout_s"] * len(cases) * times
    lines, ending = _pytest(lab.tests(hidden=hidden), lab.folder, job, patience_s=patience)
    found: dict[str, list[CaseResult]] = {case: [] for case in cases}
    for line in lines:
        if "result" in line and line["result"]["case"] in found:
            found[line["result"]["case"]].append(_result(line["result"]))
    for case, results in found.items():
        results += [broken(case, f"the grader has no result: {ending}")] * (times - len(results))
    return found


def collect(folder: Path, tests: list[Path]) -> tuple[Case, ...]:
    """The cases that a lab declares, in order. Raises ContentError."""
    lines, ending = _pytest(tests, folder, {}, collect=True, patience_s=STARTING_S)
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
