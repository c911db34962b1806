"""The sampled layer, inside the observed process: starts the observer, permits it to look, and stops it."""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import stat
import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from select import select
from typing import IO, TYPE_CHECKING, cast

from conclab.errors import ObserverError
from conclab.gil import find, observer
from conclab.here import interpreter_id

if TYPE_CHECKING:
    from collections.abc import Callable

SUFFIX = ".samples"
RATE_HZ = 1000
WORKER_RATE_HZ = 250  # of each process of a pool: their observers share the CPUs with the work
FIRST_SAMPLES_S = 10.0  # it takes 0.05; on a crowded machine the observer was starved for most of a second
LAST_SAMPLES_S = 10.0

PR_SET_PTRACER = 0x59616D61  # prctl(2)
SCHED_ATTR = struct.Struct("<IIQiIQQQ")  # size, policy, flags, nice, priority, runtime: sched_setattr(2)
TURN_NS = 100_000  # the shortest that the kernel grants; a sample takes 30 us
YAMA = Path("/proc/sys/kernel/yama/ptrace_scope")
# Where the calling subinterpreter finds the observer: modules are not shared, the environment is.
ORDERS = "CONCLAB_OBSERVER"
# Without the site's packages and without PYTHONPATH, of which the target may have any.
_PROGRAM = f"""
import sys
sys.path.insert(0, {str(Path(observer.__file__).parents[2])!r})
from conclab.gil.observer import main
main()
"""


@dataclass(frozen=True, slots=True)
class Recording:
    """One observer process at work; only the process that started it may stop it."""

    process: subprocess.Popen[bytes]
    owner: int

    def stop(self) -> None:
        """Have the last samples written, and wait for that. A second call does nothing."""
        if self.owner != os.getpid() or self.process.returncode is not None:
            return
        os.environ.pop(ORDERS, None)
        with suppress(OSError):
            self._orders.write(b"stop\n")
        try:
            self.process.wait(LAST_SAMPLES_S)
        except subprocess.TimeoutExpired:
            self.abandon()
        self._close()
        _permit(0)

    def abandon(self) -> None:
        """End it without the last samples."""
        self.process.kill()
        self.process.wait()
        self._close()

    def await_first_samples(self) -> None:
        """Return when some are written. Raises ObserverError with the observer's reason if none can be."""
        answers = cast("IO[bytes]", self.process.stdout)
        _permit(self.process.pid)
        _hasten(self.process.pid)
        with suppress(BrokenPipeError):
            self._orders.write(b"go\n")
        if not select([answers], [], [], FIRST_SAMPLES_S)[0]:
            self.abandon()
            raise ObserverError(f"the observer took no sample within {FIRST_SAMPLES_S:.0f} s")
        answer = answers.readline().decode(errors="replace").strip()
        if answer != "ready":
            self.abandon()
            raise ObserverError(_in_words(answer))

    @property
    def _orders(self) -> IO[bytes]:
        return cast("IO[bytes]", self.process.stdin)

    def _close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                cast("IO[bytes]", pipe).close()


def start(folder: Path, *, rate_hz: int = 0) -> Callable[[], None]:
    """Sample this process into `<pid>.samples` until the returned function is called.

    Without a rate: a thousand times a second, less often in a worker of a pool.

    Returns when the first samples are there. Raises ObserverError with the reason where it can't.
    """
    task = observer.Task(
        pid=os.getpid(),
        out=str(folder / f"{os.getpid()}{SUFFIX}"),
        rate_hz=rate_hz or (RATE_HZ if multiprocessing.parent_process() is None else WORKER_RATE_HZ),
        native_id_offset=0,
        gils=[],
    )
    if _has_gil():
        task.gils = [_found()]
        offset = find.native_id_offset()
        if offset is None:
            raise ObserverError("how this interpreter numbers its threads was not found")
        task.native_id_offset = offset
    elif sys.platform != "linux":
        raise ObserverError("only Linux tells what the threads of another process do")
    recording = Recording(_launched(task), os.getpid())
    recording.await_first_samples()
    os.environ[ORDERS] = f"{os.getpid()}:{cast('IO[bytes]', recording.process.stdin).fileno()}"
    return recording.stop


def add_interpreter() -> None:
    """Watch the calling subinterpreter's GIL, too. Raises ObserverError if that can't be had."""
    ask = ctypes.PyDLL(None).getenv  # os.environ is a copy that a subinterpreter makes when it begins
    ask.restype = ctypes.c_char_p
    owner, _, pipe = (ask(ORDERS.encode()) or b"").decode().partition(":")
    if owner != str(os.getpid()) or not stat.S_ISFIFO(os.fstat(int(pipe)).st_mode):
        raise ObserverError("this process is not observed")
    address, end, interpreter = _found()
    os.write(
        int(pipe), json.dumps({"address": address, "end": end, "interpreter": interpreter}).encode() + b"\n"
    )


def _has_gil() -> bool:
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def _found() -> tuple[int, int, int]:
    gil = find.find()
    if gil is None:
        raise ObserverError(find.why_not() or "the GIL's place in memory was not found")
    return gil.address, gil.address + gil.size_bytes, interpreter_id()


def _launched(task: observer.Task) -> subprocess.Popen[bytes]:
    """Start it bare: no site, no PYTHONPATH, and nothing that is preloaded into this process."""
    words = {name: getattr(task, name) for name in task.__slots__}
    surroundings = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _PROGRAM, json.dumps(words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=surroundings,
        )
    except OSError as error:
        raise ObserverError(f"the observer could not be started: {error.strerror}") from error


def _hasten(process: int) -> None:
    """Ask for short turns: on a full machine the observer then runs soon after it wakes, and not more.

    Understood by Linux 6.12 and newer, no privilege needed. Others take no notice.
    """
    number = {"x86_64": 314, "aarch64": 274}.get(os.uname().machine)
    with suppress(OSError):
        nice = os.getpriority(os.PRIO_PROCESS, process)
        attributes = SCHED_ATTR.pack(SCHED_ATTR.size, os.SCHED_OTHER, 0, nice, 0, TURN_NS, 0, 0)
        if number is not None:
            ctypes.CDLL(None).syscall(number, process, attributes, 0)


def _permit(process: int) -> None:
    """Name the one process that may look at this one, where Yama restricts that to named ones."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(process), 0, 0, 0)


def _in_words(answer: str) -> str:
    """Say why the kernel refused, as far as that can be told from here."""
    _, kind, *rest = [*answer.split(" ", 2), "", ""]
    if kind not in {"EACCES", "EPERM"}:
        return f"the observer could not begin: {' '.join(rest).strip() or 'it ended without a word'}"
    scope = YAMA.read_text(encoding="ascii").strip() if YAMA.exists() else "0"
    if scope == "3":
        return "no process may look into another here (kernel.yama.ptrace_scope is 3)"
    if scope == "2":
        return "only an administrator may look into processes here (kernel.yama.ptrace_scope is 2)"
    return "the system does not permit to look into this process, or to write the record"
