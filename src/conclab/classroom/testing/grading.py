"""A grader process: pytest with a lab's tests, for one submission after the other.

Starting it is the dear part. If it ends too early (no code of a submission runs in it, so it should not),
the submission that it was busy with is BROKEN and another one goes on with the rest.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conclab.classroom.channel.patience import GUARD
from conclab.classroom.model import Case, CaseResult, Mark, Reason, Trust, Visibility
from conclab.classroom.testing.judging import broken
from conclab.errors import BadRequestError, ContentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEEDS = ("pytest", "hypothesis")
PATIENCE = GUARD + 2  # times the lab's time-out: a run that lasts longer is a grader that hangs
STARTING_S = 120.0
SAID = 4_000  # characters of pytest's output that are looked at


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission to grade: a folder. `only` some cases, each so many times."""

    folder: Path
    only: tuple[str, ...] = ()
    times: int = 1
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Graded:
    """All results of one entry: for each case, in declared order, as many as it was to run."""

    number: int
    results: dict[str, list[CaseResult]]

    @property
    def first(self) -> tuple[CaseResult, ...]:
        """One result for each case."""
        return tuple(results[0] for results in self.results.values())


class Lines:
    """What the plugin writes, line by line, with a deadline."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._left = b""

    def next(self, timeout_s: float) -> dict[str, Any] | None:
        """The next one; None at the end, or when time is over."""
        until = time.monotonic() + timeout_s
        while b"\n" not in self._left:
            ready, _, _ = select.select([self.fd], [], [], max(0.0, until - time.monotonic()))
            piece = os.read(self.fd, 1 << 16) if ready else b""
            if not piece:
                return None
            self._left += piece
        line, _, self._left = self._left.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found


def collect(folder: Path, tests: Sequence[Path]) -> tuple[Case, ...]:
    """The cases that a lab declares, in order. Raises ContentError."""
    cases = []
    with _pytest(tests, folder, {}, "--collect-only") as (process, lines):
        while (line := lines.next(STARTING_S)) is not None:
            cases.append(_case(line["case"]))
        ending = _ending(process)
    if ending or not cases:
        raise ContentError(f"{folder.name}: its tests can't be collected: {ending or 'there are none'}")
    return tuple(cases)


def grade(
    folder: Path,
    tests: Sequence[Path],
    cases: Sequence[Case],
    entries: Sequence[Entry],
    *,
    timeout_s: float,
    job: dict[str, Any],
) -> Iterator[Graded]:
    """Grade one entry after the other; each result comes when it is there. `job` is for the plugin."""
    done = 0
    while done < len(entries):
        told = [_entry(entry, timeout_s) for entry in entries[done:]]
        before = done
        with _pytest(tests, folder, {**job, "entries": told}) as (process, lines):
            for graded in _listen(lines, entries[before:], cases, timeout_s):
                yield Graded(before + graded.number, graded.results)
                done += 1
            ending = _ending(process) if done < len(entries) else ""
        if done < len(entries):
            why = f"the grader has no result: {ending or 'it said nothing for too long'}"
            yield Graded(done, _complete({}, entries[done], cases, why))
            done += 1


def _listen(
    lines: Lines, entries: Sequence[Entry], cases: Sequence[Case], timeout_s: float
) -> Iterator[Graded]:
    results: dict[str, list[CaseResult]] = {}
    number, patience = 0, STARTING_S
    while number < len(entries) and (line := lines.next(patience)) is not None:
        if "result" in line:
            result = _result(line["result"])
            results.setdefault(result.case, []).append(result)
        elif "end" in line:
            yield Graded(number, _complete(results, entries[number], cases, "the grader has no result"))
            number, results = number + 1, {}
        patience = STARTING_S + PATIENCE * timeout_s


def _complete(
    results: dict[str, list[CaseResult]], entry: Entry, cases: Sequence[Case], why: str
) -> dict[str, list[CaseResult]]:
    """A result for each declared case, whatever happened."""
    wanted = [case.id for case in cases if not entry.only or case.id in entry.only]
    return {
        case: [
            *results.get(case, [])[: entry.times],
            *[broken(case, why)] * (entry.times - len(results.get(case, []))),
        ]
        for case in wanted
    }


def _entry(entry: Entry, timeout_s: float) -> dict[str, Any]:
    return {
        "folder": str(entry.folder.resolve()), "only": list(entry.only), "times": entry.times,
        "timeout_s": entry.timeout_s or timeout_s,
    }  # fmt: skip


@contextmanager
def _pytest(
    tests: Sequence[Path], folder: Path, job: dict[str, Any], *options: str
) -> Iterator[tuple[subprocess.Popen[bytes], Lines]]:
    """Start it. At the end of the block it is ended, with whatever it started."""
    missing = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        raise BadRequestError(
            f"{' and '.join(missing)} can't be imported here: pip install 'conclab[classroom]'"
        )
    read, write = os.pipe()
    with tempfile.TemporaryDirectory(prefix="conclab-grade-") as home, os.fdopen(read):
        request, ini = Path(home, "job.json"), Path(home, "pytest.ini")
        request.write_text(json.dumps({**job, "out": write}), encoding="utf-8")
        ini.write_text("[pytest]\n", encoding="utf-8")
        command = [
            sys.executable, "-B", "-m", "pytest", "-q", "-c", str(ini), "-p", "no:cacheprovider",
            f"--rootdir={folder}", f"--confcutdir={folder}", "--import-mode=importlib",
            "-p", "conclab.classroom.testing.plugin", "--conclab-job", str(request),
            *options, *map(str, tests),
        ]  # fmt: skip
        with Path(home, "said").open("wb") as said:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                env=_environment(home),
                pass_fds=[write],
                start_new_session=True,
                cwd=home,
            )
        os.close(write)
        try:
            yield process, Lines(read)
        finally:
            _end(process)


def _environment(home: str) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "HYPOTHESIS_STORAGE_DIRECTORY": home}
    return environment | {"TMPDIR": home}  # what a grader that dies leaves behind goes with it


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(0.2)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # nobody has waited for it: the number is still its own
        process.wait()


def _ending(process: subprocess.Popen[bytes]) -> str:
    """Why it ended, if that was no ordinary end. Its pipe is closed."""
    try:
        code = process.wait(5.0)
    except subprocess.TimeoutExpired:
        return ""
    if code in {0, 1}:
        return ""
    told = _said(process)
    content = [line for line in told.splitlines() if "ContentError: " in line]
    return (
        content[-1].partition("ContentError: ")[2] if content else told.strip()[-SAID:] or f"exit code {code}"
    )


def _said(process: subprocess.Popen[bytes]) -> str:
    arguments = process.args
    assert isinstance(arguments, list)
    home = Path(arguments[arguments.index("--conclab-job") + 1]).parent
    return (home / "said").read_text(encoding="utf-8", errors="replace")


def _case(told: dict[str, Any]) -> Case:
    return Case(**told | {"visibility": Visibility(told["visibility"])})


def _result(told: dict[str, Any]) -> CaseResult:
    reason = None if told["reason"] is None else Reason(told["reason"])
    return CaseResult(**told | {"mark": Mark(told["mark"]), "reason": reason, "trust": Trust(told["trust"])})
