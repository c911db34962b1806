"""Starts a worker beside a submission, in the sandbox: the one place that knows how.

The worker gets a folder of its own with the files of the submission that the lab names and nothing else, and
may read a copy of the few files of ours that it needs. Both are new for each worker: one that could write to
what the next one runs would grade it. Knows nothing of messages.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.classroom.faults import CrashFault, Fault, InfrastructureError
from conclab.classroom.model import Reason
from conclab.errors import ConclabError
from conclab.sandbox.launching import Confined
from conclab.sandbox.launching import launch as confine
from conclab.sandbox.model import Layer, Limits

if TYPE_CHECKING:
    from collections.abc import Collection

CLASSROOM = Path(__file__).parents[1]
SHIPPED = (
    Path("channel/wire.py"),
    *(file.relative_to(CLASSROOM) for file in (CLASSROOM / "channel" / "inside").glob("*.py")),
)
PACKAGES = ("", "classroom", "classroom/channel")
FOR_A_WITNESS = ("__init__.py", "errors.py", "files.py", "discovery.py", "explore", "story")
# The sandbox is of our package as well, and has been imported: what comes now is to be found in the copy.
# A process that the submission spawns imports this file as well.
START = """\
import sys
if __name__ == "__main__":
    for name in [name for name in sys.modules if name.partition(".")[0] == "conclab"]:
        del sys.modules[name]
    sys.path.insert(0, sys.argv[2])
    from conclab.classroom.channel.inside.{module} import main
    main(int(sys.argv[1]), sys.argv[3], *map(int, sys.argv[4:]))
"""
LARGEST_FILE = 1 << 20
ENDING_S = 5.0
FREE_THREADED = 8  # times the memory


@dataclass(slots=True)
class Worker:
    """A running worker and our end of its socket."""

    confined: Confined
    sock: socket.socket
    home: Path

    @property
    def pid(self) -> int:
        """Of a process that all of its are below."""
        return self.confined.pid

    def kill(self) -> float:
        """End it and all it started, and remove its folders. Returns the CPU time that they used."""
        ending = self.confined.kill()
        self.sock.close()
        shutil.rmtree(self.home, ignore_errors=True)
        return ending.cpu_s

    def ending(self) -> Fault:
        """Why there is nothing at the other end any more. Raises InfrastructureError if that is no crash."""
        ending = self.confined.wait(ENDING_S)
        if ending is None:
            return CrashFault("the submission closed the line to the grader")
        if ending.problem:
            raise InfrastructureError(f"no worker: {ending.problem}")
        if b"MemoryError" in ending.output.stderr.tail[-400:]:
            return CrashFault("the submission needed more memory than there is", reason=Reason.MEMORY)
        return CrashFault(f"the submission's process {ending} before it had answered")

    @property
    def said(self) -> str:
        """What it printed. For people; nothing is decided by it."""
        ending = self.confined.wait(0)
        output = self.confined.output if ending is None else ending.output
        return output.stdout.text + output.stderr.text


def launch(
    submission: Path,
    files: tuple[str, ...],
    *,
    layer: Layer = Layer.BASIC,
    needs: Collection[str] = (),
    python: str = sys.executable,
    scenario: str = "",
    search: tuple[int, ...] = (),
) -> Worker:
    """Start a worker that serves these files of the submission. Raises InfrastructureError.

    With a scenario it is a witness, which explores that one. One that may start processes has real threads
    and real time: what the standard library does behind a pool can't be announced.
    """
    home = Path(tempfile.mkdtemp(prefix="conclab-"))
    work, code = home / "work", home / "code"
    numbers = search if scenario else (int("processes" not in needs),)
    try:
        start = _ship(code, "witness" if scenario else "serve")
        _copy(submission, files, work)
        if scenario:
            _ship_explore(code)
            (work / "witnessed.py").write_text(scenario, encoding="utf-8")
        ours, theirs = socket.socketpair()
        with theirs:
            confined = confine(
                start,
                *(str(theirs.fileno()), str(code), str(work), *map(str, numbers)),
                layer=layer,
                folder=work,
                pass_fds=(theirs.fileno(),),
                limits=Limits(memory_bytes=_memory(python)),
                needs=frozenset(needs),
                read=(code,),
                python=python,
            )
    except (OSError, ConclabError) as error:
        shutil.rmtree(home, ignore_errors=True)
        raise InfrastructureError(f"no worker could be started: {error}") from error
    return Worker(confined, ours, home)


@cache
def _memory(python: str) -> int:
    """An interpreter without a GIL reserves gibibytes of addresses, of which it uses little."""
    ask = "import sysconfig; print(sysconfig.get_config_var('Py_GIL_DISABLED') or 0)"
    told = subprocess.run([python, "-I", "-c", ask], capture_output=True, text=True, timeout=60, check=False)
    return Limits().memory_bytes * (FREE_THREADED if told.stdout.strip() == "1" else 1)


def _ship(code: Path, module: str) -> Path:
    for package in PACKAGES:
        folder = code / "conclab" / package
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    for name in SHIPPED:
        target = code / "conclab" / "classroom" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(CLASSROOM / name, target)
    start = code / "start.py"
    start.write_text(START.format(module=module), encoding="utf-8")
    return start


def _ship_explore(code: Path) -> None:
    for name in FOR_A_WITNESS:
        source, target = CLASSROOM.parent / name, code / "conclab" / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)


def _copy(submission: Path, files: tuple[str, ...], work: Path) -> None:
    """Regular files by name, no links; one that is not there shows when it is imported."""
    work.mkdir()
    for name in files:
        source = submission / name
        if source.is_file() and not source.is_symlink() and source.stat().st_size <= LARGEST_FILE:
            shutil.copyfile(source, work / name)
