"""The sampled layer, inside the observed process: starts the observer, permits it to look, and stops it."""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from select import POLLIN, poll
from signal import SIGKILL
from time import monotonic, sleep
from typing import IO, TYPE_CHECKING, cast

from conclab.errors import ObserverError
from conclab.gil import find, observer
from conclab.here import gil_enabled, interpreter_number

if TYPE_CHECKING:
    from collections.abc import Callable

SUFFIX = ".samples"
RATE_HZ = 1000
WORKER_RATE_HZ = 250  # of each process of a pool: their observers share the CPUs with the work
FIRST_SAMPLES_S = 10.0  # it takes 0.05; on a crowded machine the observer was starved for most of a second
LAST_SAMPLES_S = 10.0
NOTICE_S = 2.0  # it takes a millisecond to notice that the pipe was closed
LOOK_S = 0.001

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
class PipeEnd:
    """A descriptor of ours in somebody else's program: that may close it, and open a file by its number."""

    number: int
    device: int
    inode: int

    @classmethod
    def of(cls, number: int) -> PipeEnd:
        """Remember what the descriptor stands for now."""
        status = os.fstat(number)
        return cls(number, status.st_dev, status.st_ino)

    def is_ours(self) -> bool:
        """Whether the number still stands for it."""
        try:
            return PipeEnd.of(self.number) == self
        except OSError:
            return False

    def write(self, line: bytes) -> bool:
        """Return whether somebody may have read it."""
        with suppress(OSError):
            return self.is_ours() and os.write(self.number, line) == len(line)
        return False

    def read(self, patience_s: float) -> bytes | None:
        """Return what came, nothing at the end, None if nothing came in time."""
        waiting = poll()  # select knows no numbers above 1023
        waiting.register(self.number, POLLIN)
        with suppress(OSError):  # closed meanwhile
            return os.read(self.number, 1 << 12) if waiting.poll(patience_s * 1000) else None
        return None

    def close(self) -> None:
        """Close it, and nothing else."""
        if self.is_ours():
            os.close(self.number)


@dataclass(slots=True)
class Recording:
    """One observer at work; only the process that started it may stop it. It is nobody's child."""

    orders: PipeEnd
    answers: PipeEnd
    owner: int
    pid: int = 0  # the observer's, as soon as it is known
    born: str = ""  # when the observer was started: its pid may be another's later
    stopped: bool = False

    def stop(self) -> None:
        """Have the last samples written, and wait for that. A second call does nothing."""
        if self.owner != os.getpid() or self.stopped:
            return
        os.environ.pop(ORDERS, None)
        told = self.orders.write(b"stop\n")
        if not self._ends_within(LAST_SAMPLES_S if told else NOTICE_S):
            self._kill()
        self._close()
        _permit(0)

    def abandon(self) -> None:
        """End it without the last samples."""
        self._kill()
        self._close()

    def await_first_samples(self) -> None:
        """Return when some are written. Raises ObserverError with the observer's reason if none can be."""
        self.pid = int(self._answer("pid"))
        self.born = _born(self.pid)
        _permit(self.pid)
        _hasten(self.pid)
        self.orders.write(b"go\n")
        self._answer("ready")

    def _answer(self, wanted: str) -> str:
        """Return what follows the wanted word."""
        came = self.answers.read(FIRST_SAMPLES_S)
        if came is None:
            self.abandon()
            raise ObserverError(f"the observer took no sample within {FIRST_SAMPLES_S:.0f} s")
        answer = came.partition(b"\n")[0].decode(errors="replace").strip()
        word, _, rest = answer.partition(" ")
        if word != wanted:
            self.abandon()
            raise ObserverError(_in_words(answer))
        return rest

    def _ends_within(self, patience_s: float) -> bool:
        """Whether it ends in time. Its end of the pipe tells, or without one the table of processes."""
        until = monotonic() + patience_s
        while self._is_there():
            left = until - monotonic()
            if left <= 0:
                return False
            if not self.answers.is_ours():
                sleep(LOOK_S)
            elif self.answers.read(left) == b"":
                return True
        return True

    def _is_there(self) -> bool:
        return bool(self.born) and _born(self.pid) == self.born

    def _kill(self) -> None:
        if self._is_there():
            with suppress(OSError):
                os.kill(self.pid, SIGKILL)

    def _close(self) -> None:
        self.stopped = True
        self.orders.close()
        self.answers.close()


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
    if gil_enabled():
        task.gils = [_found()]
        offset = find.native_id_offset()
        if offset is None:
            raise ObserverError("how this interpreter numbers its threads was not found")
        task.native_id_offset = offset
    elif sys.platform != "linux":
        raise ObserverError("only Linux tells what the threads of another process do")
    recording = _launched(task)
    recording.await_first_samples()
    pipe = recording.orders
    os.environ[ORDERS] = f"{recording.owner}:{pipe.number}:{pipe.device}:{pipe.inode}"
    return recording.stop


def add_interpreter() -> None:
    """Watch the calling subinterpreter's GIL, too. Raises ObserverError if that can't be had."""
    ask = ctypes.PyDLL(None).getenv  # os.environ is a copy that a subinterpreter makes when it begins
    ask.restype = ctypes.c_char_p
    owner, *numbers = (ask(ORDERS.encode()) or b"").decode().split(":")
    if owner != str(os.getpid()) or not (pipe := PipeEnd(*map(int, numbers))).is_ours():
        raise ObserverError("this process is not observed")
    address, end, interpreter = _found()
    words = json.dumps({"address": address, "end": end, "interpreter": interpreter})
    if not pipe.write(words.encode() + b"\n"):
        raise ObserverError("this process is not observed any more")


def _found() -> tuple[int, int, int]:
    gil = find.find()
    if gil is None:
        raise ObserverError(find.why_not() or "the GIL's place in memory was not found")
    return gil.address, gil.address + gil.size_bytes, interpreter_number()


def _launched(task: observer.Task) -> Recording:
    """Start it bare: no site, no PYTHONPATH, and nothing that is preloaded into this process.

    What is started here begins the observer and ends: a program may wait for all of its children. The
    environment is inherited, for that is what the conductor knows a lane's processes by.
    """
    words = {name: getattr(task, name) for name in task.__slots__}
    surroundings = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    try:
        with subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _PROGRAM, json.dumps(words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=surroundings,
            start_new_session=True,  # Ctrl-C in the terminal is not for the observer
        ) as first:
            # Copies, for what Popen opened is closed with its object, whatever it stands for by then.
            both = (cast("IO[bytes]", pipe) for pipe in (first.stdin, first.stdout))
            orders, answers = (PipeEnd.of(os.dup(pipe.fileno())) for pipe in both)
            try:
                first.wait(FIRST_SAMPLES_S)
            except subprocess.TimeoutExpired:
                first.kill()
    except OSError as error:
        raise ObserverError(f"the observer could not be started: {error.strerror}") from error
    return Recording(orders, answers, os.getpid())


def _born(process: int) -> str:
    """Return when a process was started, in the kernel's words; nothing if it has ended."""
    try:
        words = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    state, *rest = words.rpartition(")")[2].split()  # its name may hold anything; proc(5)
    return "" if state in "ZX" else rest[18]


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
