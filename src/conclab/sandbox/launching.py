"""Starts a program that is not trusted, and ends it with all that it started and made.

    grader, program = socket.socketpair()
    with launch(Path("worker.py"), str(program.fileno()), layer=Layer.BASIC,
                pass_fds=(program.fileno(),), read=(submission,)) as confined:
        program.close()  # or the end of the program can't be seen on the pair
        grader.sendall(b"...")
        ending = confined.wait(10.0)  # None: it still runs
    ending = confined.kill()  # at once, however it ended; what `with` does at its end

The script runs as `__main__` of a fresh interpreter without site-packages, in a folder of its own: its
current directory, and the only place that it may write. `read` names what else it may read; from KERNEL up
it can read nothing besides but the standard library. Threads are always allowed; `needs` opens "processes"
and "network", and ignores every other word. Nothing is decided by what a program prints.

The new interpreter forks once. Its parent half is the keeper (`inside/keeper.py`), which ends the whole tree
when the program ends, when it is told to, and when the process that launched it is gone.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Self

import conclab
from conclab.errors import BadRequestError, ConclabError
from conclab.sandbox import aftermath, reports
from conclab.sandbox.inside.order import Order
from conclab.sandbox.model import Ending, Layer, Limits, Output

if TYPE_CHECKING:
    from collections.abc import Iterable

BOOT = Path(__file__).parent / "inside" / "boot.py"
SOURCES = Path(conclab.__file__).parent.parent
PATIENCE_S = 30.0  # for a keeper that was told to end: it removes what may be thousands of files
FIRST_FREE = 3  # descriptors below are the program's standard input, output and errors


def launch(
    script: Path,
    *arguments: str,
    layer: Layer,
    folder: Path | None = None,
    pass_fds: Iterable[int] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
    needs: frozenset[str] = frozenset(),
    read: tuple[Path, ...] = (),
    python: str = sys.executable,
) -> Confined:
    """Start a script under exactly this layer: where it can't be had, the program does not run.

    `folder` is handed over: the program may write there, and it is removed with the program. Without it, one
    is made. Returns at once; whether the program could be set apart is in its ending.
    """
    if sys.platform == "win32":
        raise ConclabError("programs can't be run apart on Windows; use the Windows Subsystem for Linux")
    fds = sorted(set(pass_fds))
    if fds and fds[0] < FIRST_FREE:
        raise BadRequestError(f"descriptor {fds[0]} is the program's own; pass one from {FIRST_FREE} up")
    bubblewrap = _bubblewrap() if layer is Layer.NAMESPACES else ""
    own = folder or Path(tempfile.mkdtemp(prefix="conclab-"))
    order = Order(
        {
            "layer": int(layer),
            "folder": str(own.resolve()),
            "script": str(script.resolve()),
            "arguments": list(arguments),
            "fds": fds,
            "read": [str(path.resolve()) for path in read],
            "needs": sorted(needs),
            "grader": os.getpid(),
            "uid": 0,
            "memory_bytes": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "open_files": limits.open_files,
            "cpu_s": limits.cpu_s,
            "processes": limits.processes,
            "folder_bytes": limits.folder_bytes,
            "folder_files": limits.folder_files,
            "bubblewrap": bubblewrap,
            "boot": str(BOOT),
            "sources": str(SOURCES),
        }
    )
    # Not the start of a virtual environment: its site-packages would take longer than all the rest.
    return Confined(order, os.path.realpath(shutil.which(python) or python))


class Confined:
    """One running program. A context manager: at its end nothing of the program is left."""

    def __init__(self, order: Order, python: str) -> None:
        self._order = order
        self._mark = f"conclab-{secrets.token_hex(16)}"
        self._lock = Lock()
        self._ending: Ending | None = None
        self._control, theirs = socket.socketpair()
        try:
            self._keeper = _start(order, python, theirs.fileno(), self._mark)
        except OSError as error:
            self._control.close()
            aftermath.remove(order.folder)
            raise ConclabError(f"can't start {python}: {error.strerror}") from error
        finally:
            theirs.close()
        packed = order.packed()
        with suppress(BrokenPipeError, ConnectionResetError):  # the report says why
            self._control.sendall(len(packed).to_bytes(4, "big") + packed)
        self._reports = reports.Reports(self._control)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """Process id of the keeper: all processes of the program are below it."""
        return self._keeper.pid

    @property
    def output(self) -> Output:
        """What the program has written so far."""
        with self._lock:
            if self._ending is None:
                self._tell(b"o")
                self._take(PATIENCE_S, live=True)
            return self._ending.output if self._ending else self._reports.output

    def wait(self, timeout_s: float | None = None) -> Ending | None:
        """Wait for the program's end: then no process and no file of it is left. None if it still runs."""
        with self._lock:
            self._take(timeout_s)
            return self._ending

    def kill(self) -> Ending:
        """End the program with all that it started, wherever that has hidden, and remove its files."""
        self._tell(b"k")  # before the lock: another thread may wait for the end
        with self._lock:
            if self._ending is None:
                self._take(PATIENCE_S)
            if self._ending is None:
                self._lost()
            assert self._ending is not None
            return self._ending

    def _tell(self, request: bytes) -> None:
        with suppress(OSError):  # it has ended: its report is in the pipe, or was read
            self._control.sendall(request)

    def _take(self, timeout_s: float | None, *, live: bool = False) -> None:
        """Wait for the last report, or, live, for any."""
        until = None if timeout_s is None else monotonic() + timeout_s
        while self._ending is None:
            left = None if until is None else max(0.0, until - monotonic())
            kind = self._reports.next(left)
            if kind is reports.Kind.ENDING:
                self._ending = self._reports.ending
                self._close()
            elif kind is reports.Kind.LOST:
                self._lost()
            elif kind is reports.Kind.NOTHING or live:
                return

    def _lost(self) -> None:
        """The keeper is gone or stuck: below KERNEL a program can kill it. What is marked goes too."""
        self._keeper.kill()
        assert self._keeper.stderr is not None
        said = self._keeper.stderr.read().decode("utf-8", errors="replace").strip()
        aftermath.end_marked(self._mark)
        aftermath.remove(self._order.folder)
        why = said.splitlines()[-1] if said else "perhaps the program killed it"
        self._ending = Ending(
            None, stopped=True, problem=f"the process that kept watch over it is gone: {why}"
        )
        self._close()

    def _close(self) -> None:
        self._keeper.wait()
        self._control.close()
        if self._keeper.stderr is not None:
            self._keeper.stderr.close()


def _start(order: Order, python: str, control: int, mark: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [python, "-I", "-S", order.boot, order.sources],
        stdin=control,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(order, mark),
        cwd="/",
        pass_fds=order.fds,
        start_new_session=True,
    )


def _bubblewrap() -> str:
    found = shutil.which("bwrap")
    if found is None:
        raise ConclabError("bubblewrap is not installed: apt install bubblewrap, or ask for the layer below")
    return found


def environment(order: Order, mark: str) -> dict[str, str]:
    """Build the program's environment: from nothing, unless it is not set apart at all."""
    own = {
        "HOME": order.folder,
        "TMPDIR": order.folder,
        aftermath.MARK: mark,
        "MALLOC_ARENA_MAX": "2",  # glibc reserves 64 MiB for each thread otherwise, which counts as memory
    }
    if order.layer == Layer.NONE:
        return dict(os.environ) | own
    return own | {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
