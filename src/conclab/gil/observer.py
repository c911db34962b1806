"""A process that looks at another, whose child it is not: who holds the GIL, and what each thread sleeps in.

Reads memory and /proc, stops nobody, runs no code in the target. Judges nothing either: what the rows
mean is said in sampled_states.

    argument  what to do, as JSON: the fields of Task
    stdin     one line "go"; then `{"address": ..., ...}` for each GIL more, "stop" at the end
    stdout    "pid" and its own, at once; "ready" after the first samples, or "no", an errno's name or
              nothing, words
"""

from __future__ import annotations

import errno
import gc
import json
import os
import signal
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from select import select
from time import monotonic_ns
from typing import Any

from conclab.gil.samples import GIL, HOLDS, ROW, RUNNABLE, SLEEPS, WAITS, NoSpaceError, Record

GIL_HEAD = struct.Struct("<8xQi4xQ")  # conclab.gil.find tells the layout: last holder, locked, switches
FUTEX = {"x86_64": 202, "aarch64": 98}.get(os.uname().machine)

LOOK_FOR_THREADS_NS = 10_000_000
FLUSH_NS = 200_000_000
FOR_A_GO_S = 30
PROCESS_ENDED = "the process ended before the recording did"
PIPE_CLOSED = "the observer's pipe was closed by the program"
BEFORE_READY = 5  # samples: by then every file is open and the loop is warm


@dataclass(frozen=True, slots=True)
class Seen:
    """One GIL to watch: where its struct begins and ends, and whose it is."""

    address: int
    end: int
    interpreter: int


@dataclass(slots=True)
class Task:
    """What to observe, and where to write it."""

    pid: int
    out: str
    rate_hz: int
    native_id_offset: int  # how far into a thread state the thread's id is
    gils: list[Any] = field(default_factory=list)  # address, end, interpreter of each


class Target:
    """The observed process: its threads' open files, its memory, its GILs."""

    def __init__(self, task: Task) -> None:
        self._folder = os.open(f"/proc/{task.pid}/task", os.O_RDONLY | os.O_CLOEXEC)
        self._memory = os.open(f"/proc/{task.pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
        self._native_id_offset = task.native_id_offset
        self._gils = [Seen(*gil) for gil in task.gils]
        self._files: dict[int, tuple[int, int]] = {}
        self._holders: dict[int, int] = {}  # thread state -> thread
        self._sleeps: dict[bytes, tuple[int, int, int]] = {}  # as the kernel words it -> what it says
        self._times: dict[bytes, tuple[int, int, int]] = {}
        self.look_for_threads()

    def watch(self, gil: Seen) -> None:
        """One more GIL, or another one at an address that was freed."""
        self._gils = [known for known in self._gils if known.address != gil.address] + [gil]
        self._sleeps.clear()

    def has_ended(self) -> bool:
        """Tell by its memory: a process that ends loses that first, and no other can come in its place."""
        try:
            return not os.pread(self._memory, 1, 0)
        except OSError:  # nothing is ever mapped there
            return False

    def look_for_threads(self) -> None:
        """Open what is new, close what is gone. Raises ProcessLookupError or FileNotFoundError at the end."""
        present = {int(name) for name in os.listdir(self._folder)}  # noqa: PTH208 - of a descriptor
        for thread in self._files.keys() - present:
            self._forget(thread)
        for thread in present - self._files.keys():
            self._open(thread)
        self._holders.clear()  # a thread state's memory may be another's by now
        self._sleeps.clear()
        self._times.clear()

    def _open(self, thread: int) -> None:
        files: list[int] = []
        try:
            for name in ("syscall", "schedstat"):
                path = f"{thread}/{name}"
                files.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._folder))
                os.pread(files[-1], 1, 0)
        except (FileNotFoundError, ProcessLookupError):
            for file in files:  # gone again
                os.close(file)
        else:
            self._files[thread] = files[0], files[1]

    def _forget(self, thread: int) -> None:
        for file in self._files.pop(thread):
            os.close(file)

    def sample(self, add: Any) -> None:
        """Note every thread, each with a look at the GIL right before: so nothing is older than that."""
        gone = False
        pread, now, pack = os.pread, monotonic_ns, ROW.pack
        times, sleeps, held_by = self._times, self._sleeps, self._held_by
        for thread, (syscall, schedstat) in self._files.items():
            stamp = now()
            held = held_by(thread)
            try:
                words = pread(syscall, 24, 0)  # as far as the first argument
                clocks = pread(schedstat, 64, 0)
            except ProcessLookupError:
                gone = True
                continue
            number, kind, interpreter = sleeps.get(words) or self._understand(words)
            cpu, delay, turns = times.get(clocks) or self._tell(clocks)
            if held is not None:
                kind |= HOLDS
                interpreter = held
            add(pack(stamp, cpu, delay, turns, thread, number, kind, interpreter))
        for gil in self._gils:
            add(pack(now(), self._head(gil)[2], 0, 0, 0, 0, GIL, gil.interpreter))
        if not self._gils:
            add(pack(now(), 0, 0, 0, 0, 0, GIL, 0))
        if gone:
            self.look_for_threads()

    def _held_by(self, thread: int) -> int | None:
        """The interpreter whose GIL the thread holds."""
        for gil in self._gils:
            state, locked, _ = self._head(gil)
            if locked and (self._holders.get(state) or self._name(state)) == thread:
                return gil.interpreter
        return None

    def _head(self, gil: Seen) -> tuple[int, int, int]:
        """Last holder, locked, count of hand-overs."""
        try:
            head = os.pread(self._memory, GIL_HEAD.size, gil.address)
        except OSError:  # its interpreter has ended, and the memory went back to the system
            self._gils = [other for other in self._gils if other is not gil]
            return 0, 0, 0
        if not head:
            raise ProcessLookupError
        return GIL_HEAD.unpack(head)

    def _name(self, state: int) -> int:
        try:
            thread = os.pread(self._memory, 8, state + self._native_id_offset)
        except (OSError, OverflowError):  # no thread state: the memory of an ended interpreter, used again
            thread = b""
        self._holders[state] = int.from_bytes(thread, sys.byteorder)
        return self._holders[state]

    def _understand(self, words: bytes) -> tuple[int, int, int]:
        """Understand /proc/TID/syscall: `running`, or the call's number (-1: none) and its arguments."""
        parts = words.split(b" ", 2)
        meaning = -1, RUNNABLE, 0
        if parts[0].strip() != b"running":
            number = int(parts[0])
            meaning = number, SLEEPS, 0
            if number == FUTEX:
                sleeps_on = int(parts[1], 16)
                for gil in self._gils:
                    if gil.address < sleeps_on < gil.end:
                        meaning = number, WAITS, gil.interpreter
        self._sleeps[words] = meaning
        return meaning

    def _tell(self, clocks: bytes) -> tuple[int, int, int]:
        cpu, delay, turns = clocks.split()
        self._times[clocks] = int(cpu), int(delay), int(turns) & 0xFFFFFFFF
        return self._times[clocks]


class Orders:
    """Lines from the target, read while waiting for the next sample."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._rest = b""

    def wait(self, seconds: float) -> str | None:
        """Wait, and obey what comes; at the end returns what is missing then, in words."""
        if not select((0,), (), (), seconds)[0]:
            return None
        came = os.read(0, 1 << 16)
        if not came:  # who stops us properly says so
            return PROCESS_ENDED if self._target.has_ended() else PIPE_CLOSED
        *lines, self._rest = (self._rest + came).split(b"\n")
        for line in lines:
            if line.startswith(b"{"):
                self._target.watch(Seen(**json.loads(line)))
        return "" if b"stop" in lines else None


def observe(task: Task, target: Target, record: Record) -> str:
    """Sample until told to stop or nothing is left; returns what is missing then, in words."""
    period, orders, now = 1_000_000_000 // task.rate_hz, Orders(target), monotonic_ns
    due = flush = threads = now()
    taken = 0
    while True:
        if due >= threads:
            if target.has_ended():
                return PROCESS_ENDED
            target.look_for_threads()
            threads = due + LOOK_FOR_THREADS_NS
        target.sample(record.add)
        taken += 1
        if taken == BEFORE_READY:
            record.flush()
            os.write(1, b"ready\n")
        if due >= flush:
            record.flush()
            flush = due + FLUSH_NS
        due += period
        left = due - now()
        if left < 0:
            due -= left  # never two in a row to catch up: late samples are spaced like others
        end = orders.wait(max(left, 0) / 1e9)
        if end is not None:
            return end


def main() -> None:
    """Observe the process of the task. Ends with it: it is looked for a hundred times a second."""
    if os.fork():
        os._exit(0)  # who observes is nobody's child: the target may wait for all of its own
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a terminal sends them to whoever is there
    task = Task(**json.loads(sys.argv[1]))
    os.write(1, f"pid {os.getpid()}\n".encode())
    if not select((0,), (), (), FOR_A_GO_S)[0] or not os.read(0, len("go\n")):
        return
    gc.disable()  # nothing here makes cycles
    _sharpen_timers()
    _leave_its_cpus()
    try:
        target = Target(task)
        record = Record(task.out, pid=task.pid, rate_hz=task.rate_hz, gil=bool(task.gils))
    except OSError as error:
        os.write(1, f"no {errno.errorcode.get(error.errno or 0, '')} {error}\n".encode())
        return
    try:
        end = observe(task, target, record)
    except (ProcessLookupError, FileNotFoundError):
        end = PROCESS_ENDED
    except (OSError, NoSpaceError) as error:
        end = str(error)
    record.close(end)
    with suppress(BrokenPipeError):
        os.write(1, f"no  {end}\n".encode())  # heard if nobody was told "ready" yet


def _sharpen_timers() -> None:
    """Ask for timers without the usual 50 us of leeway."""
    try:
        with open("/proc/self/timerslack_ns", "w") as file:  # noqa: PTH123 - pathlib takes longer than the rest
            file.write("1")
    except OSError:
        return


def _leave_its_cpus() -> None:
    """Run on any CPU, whatever the target is pinned to: on the same one, a look finds whom it pushed off."""
    with suppress(OSError):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


if __name__ == "__main__":
    main()
