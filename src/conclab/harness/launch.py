"""The conductor's end of a lane: start a process, ask, wait, and end it with everything it started.

Knows nothing of variants or blocks. While an answer is awaited, this process sleeps.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import psutil

import conclab
from conclab.errors import LaneDiedError, LaneSilentError, WorkFailedError
from conclab.harness.machine import HASH_SEED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json = dict[str, Any]
HELLO_S = 30.0  # a cold interpreter on a busy machine
GOODBYE_S = 5.0
IMPORT = "import"  # the folder of a lane's scratch that its PYTHONPATH names
MARK = "conclab:"  # before every answer: what an interpreter prints at its start is not one
SHORT_PATH = 50  # a socket's path may have 107 bytes, and multiprocessing adds to the folder's
COMMAND_NOT_FOUND = 127  # of a shell, and of a script that stands in for an interpreter


class Lane(Protocol):
    """Something that answers requests. Tests use one that runs no process and reads no clock."""

    pid: int

    def ask(self, request: Json, patience_s: float) -> Json:
        """Return the answer. Raises LaneDiedError, LaneSilentError or WorkFailedError."""

    def close(self) -> None:
        """Let it end by itself, then make sure of it."""

    def kill(self) -> None:
        """End it now, with every process it started."""


class Launcher(Protocol):
    """What starts lanes."""

    def __call__(self, executable: str, scratch: Path, *, settings: Mapping[str, str] | None = None) -> Lane:
        """Start a lane on an interpreter; `scratch` is for its files, `settings` go to its environment."""


class LaneProcess:
    """A lane in a process and a session of its own: Ctrl-C in the terminal reaches the conductor alone."""

    def __init__(self, executable: str, scratch: Path, settings: Mapping[str, str] | None = None) -> None:
        self._scratch = scratch
        self._log = scratch / "lane.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [executable, "-P", "-m", "conclab.lane"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment(scratch) | dict(settings or {}),
                cwd=scratch,
                start_new_session=True,
                encoding="utf-8",
            )
        self.pid = self._process.pid
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name=f"lane-{self.pid}", daemon=True)
        self._reader.start()

    def ask(self, request: Json, patience_s: float) -> Json:
        """Send one line, wait for one line."""
        try:
            self._send(json.dumps(request) + "\n")
            line = self._answers.get(timeout=patience_s)
        except queue.Empty:
            self.kill()
            raise LaneSilentError(f"no answer within {patience_s:g} s; stopped") from None
        except (OSError, ValueError):  # the pipe is closed, at the lane's end or at ours
            line = ""
        if not line:
            raise LaneDiedError(self._how_it_ended())
        answer: Json = json.loads(line)  # a lane marks nothing but its own JSON
        if "error" in answer:
            raise WorkFailedError(str(answer["error"]))
        return answer

    def close(self) -> None:
        """Close the pipe, give it a moment to put its pools away, then end what is left."""
        left = descendants(self.pid)
        with suppress(OSError):
            self._stdin().close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GOODBYE_S)
        self.kill(left)

    def kill(self, left: Sequence[psutil.Process] = ()) -> None:
        """End the lane and all that it started, those that made a session of their own included."""
        left = [*left, *descendants(self.pid)]
        end_group(self.pid)
        self._process.kill()
        self._process.wait()
        for process in [*left, *marked(self._scratch)]:
            with suppress(psutil.Error):
                process.kill()  # psutil knows a pid that has been given to somebody else
        with suppress(OSError):
            self._stdin().close()
        self._reader.join(GOODBYE_S)

    def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        with stdout:
            for line in stdout:
                if line.startswith(MARK):
                    self._answers.put(line.removeprefix(MARK))
        self._answers.put("")

    def _send(self, line: str) -> None:
        self._stdin().write(line)
        self._stdin().flush()

    def _stdin(self) -> Any:
        assert self._process.stdin is not None
        return self._process.stdin

    def _how_it_ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GOODBYE_S)
        code = self._process.poll()
        self.kill()
        if code is not None and code < 0:
            return f"its process was killed by {signal.Signals(-code).name}"
        return f"its process ended with exit code {code}{self._last_words(code)}"

    def _last_words(self, code: int | None) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        fatal = [line for line in lines if line.startswith("Fatal Python error")]
        telling = 0 if code == COMMAND_NOT_FOUND else -1  # a shell says it first, a traceback last
        return f": {(fatal or lines)[0 if fatal else telling][:200]}" if lines else ""


def environment(scratch: Path) -> dict[str, str]:
    """Build a lane's environment: no PYTHON* settings but ours, and conclab alone on the path.

    PYTHON_GIL stays: who sets it asks about it, and the lane reports what came of it.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") or name == "PYTHON_GIL"
    }
    if len(str(scratch)) < SHORT_PATH:  # sockets and semaphores of a killed lane go with its folder
        kept["TMPDIR"] = str(scratch)
    return kept | {
        "PYTHONPATH": str(importable(scratch)),
        "PYTHONHASHSEED": str(HASH_SEED),
        "PYTHONUNBUFFERED": "1",
    }


def importable(scratch: Path) -> Path:
    """Return a folder that holds conclab and nothing else.

    The folder it is installed in holds other packages too, built for another interpreter perhaps.
    """
    folder = scratch / IMPORT
    folder.mkdir(exist_ok=True)
    target = folder / "conclab"
    package = Path(conclab.__file__).parent
    if not target.exists():
        try:
            target.symlink_to(package, target_is_directory=True)
        except OSError:  # Windows without the right to make links
            shutil.copytree(package, target)
    return folder


def descendants(pid: int) -> list[psutil.Process]:
    """All processes below one, as far as they can still be seen."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def marked(scratch: Path) -> list[psutil.Process]:
    """Processes whose environment names this lane's folder: its descendants even when it is gone itself."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if str(scratch / IMPORT) in process.environ().get("PYTHONPATH", "").split(os.pathsep):
                found.append(process)
    return found


def end_group(pid: int) -> None:
    """End the process group of a lane, if it still has one."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def launch(executable: str, scratch: Path, *, settings: Mapping[str, str] | None = None) -> LaneProcess:
    """Start a lane. Raises LaneDiedError if the executable can't be started."""
    try:
        return LaneProcess(executable, scratch, settings)
    except OSError as error:
        raise LaneDiedError(f"can't start {executable}: {error.strerror}") from error
