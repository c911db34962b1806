"""Starts a worker beside a submission: the one place that knows how. Knows nothing of messages.

The worker gets a folder of its own with the files of the submission that the lab names and nothing else,
and a copy of the few files of ours that it needs.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from conclab.classroom.faults import InfrastructureError

CLASSROOM = Path(__file__).parents[1]
SHIPPED = ("channel/wire.py", *(f"channel/inside/{file.name}" for file in (CLASSROOM / "channel/inside").glob("*.py")))
PACKAGES = ("", "classroom", "classroom/channel")
START = "import sys; sys.path.insert(0, {code!r}); from conclab.classroom.channel.inside.serve import main; main({fd}, {work!r})"
LARGEST_FILE = 1 << 20
ENDING_S = 5.0


@dataclass(slots=True)
class Worker:
    """A running worker and our end of its socket."""

    process: subprocess.Popen[bytes]
    sock: socket.socket
    home: Path

    def kill(self) -> None:
        """End it and all it started, and remove its folder."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(ENDING_S)
        self.sock.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def ending(self) -> str:
        """How it ended, in words."""
        try:
            code = self.process.wait(1.0)
        except subprocess.TimeoutExpired:
            return "the submission closed the line to the grader"
        if code < 0:
            return f"the submission's process was ended by {_signal(-code)}"
        return f"the submission's process ended with exit code {code} before it had answered"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def launch(submission: Path, files: tuple[str, ...], *, python: str = sys.executable) -> Worker:
    """Start a worker that serves these files of the submission. Raises InfrastructureError."""
    try:
        home = Path(tempfile.mkdtemp(prefix="conclab-"))
        work, code = home / "work", home / "code"
        _ship(code)
        _copy(submission, files, work)
        ours, theirs = socket.socketpair()
        with theirs:
            start = START.format(code=str(code), fd=theirs.fileno(), work=str(work))
            process = subprocess.Popen(
                [python, "-I", "-B", "-c", start],
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("CONCLAB_WORKER_STDERR") else subprocess.DEVNULL,
                cwd=work,
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(work), "TMPDIR": str(work), "PYTHONHASHSEED": "0"},
            )
    except OSError as error:
        raise InfrastructureError(f"no worker could be started: {error}") from error
    return Worker(process, ours, home)


def _ship(code: Path) -> None:
    for package in PACKAGES:
        folder = code / "conclab" / package
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    for name in SHIPPED:
        target = code / "conclab" / "classroom" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(CLASSROOM / name, target)


def _copy(submission: Path, files: tuple[str, ...], work: Path) -> None:
    """Regular files by name, no links; one that is not there shows when it is imported."""
    work.mkdir()
    for name in files:
        source = submission / name
        if source.is_file() and not source.is_symlink() and source.stat().st_size <= LARGEST_FILE:
            shutil.copyfile(source, work / name)
