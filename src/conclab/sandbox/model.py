"""The nouns of the sandbox. Standard library only; knows nothing of processes."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import IntEnum

MIB = 1 << 20


class Layer(IntEnum):
    """How far apart a program is run; each holds what the ones below it hold."""

    NONE = 0  # a deadline, and the whole tree of processes is killed
    BASIC = 1  # limits, a clean environment, a folder of its own
    KERNEL = 2  # Landlock and seccomp
    NAMESPACES = 3  # bubblewrap


@dataclass(frozen=True, slots=True)
class Isolation:
    """What holds here, as it was probed."""

    layer: Layer
    parts: tuple[str, ...] = ()  # such as "landlock 7", "seccomp", "bubblewrap 0.8.0"
    missing: tuple[str, ...] = ()  # what the next layer lacks here, in words


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use. Memory and CPU are counted for each process of it, the rest together."""

    memory_bytes: int = 1024 * MIB  # of address space: threads reserve 8 MiB each
    file_bytes: int = 16 * MIB  # the largest file
    open_files: int = 256
    cpu_s: int = 60
    processes: int = 64  # and threads
    folder_bytes: int = 64 * MIB  # all files together: looked at some ten times a second
    folder_files: int = 4096


@dataclass(frozen=True, slots=True)
class Stream:
    """The beginning and the end of what was written; a flood costs no memory."""

    head: bytes = b""
    tail: bytes = b""
    size_bytes: int = 0  # of all of it

    @property
    def text(self) -> str:
        """Both ends, and between them how much was left out."""
        left_out = self.size_bytes - len(self.head) - len(self.tail)
        middle = f"\n[{left_out} bytes left out]\n".encode() if left_out else b""
        return (self.head + middle + self.tail).decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Output:
    """What a program wrote. For people: nothing is ever decided by it."""

    stdout: Stream = Stream()
    stderr: Stream = Stream()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a program ended. When it is there, no process and no file of the program is left."""

    exit_code: int | None  # None if a signal ended it
    signal: int | None = None
    stopped: bool = False  # by us: somebody called `kill`, or it went over a limit
    excess: str = ""  # the limit of its folder that it went over, in words
    problem: str = ""  # no fault of the program: why it could not be started apart, or be followed
    memory_bytes: int = 0  # the most that one of its processes had in memory
    cpu_s: float = 0.0
    output: Output = Output()

    def __str__(self) -> str:
        if self.problem or self.excess:
            return self.problem or self.excess
        if self.signal is not None:
            return f"killed by {_name(self.signal)}"
        return f"ended with exit code {self.exit_code}"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"
