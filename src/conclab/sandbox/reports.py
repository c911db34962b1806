"""What a keeper says of its program, read from its pipe. The program itself has no end of that pipe."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from conclab.sandbox.model import Ending, Output, Stream

if TYPE_CHECKING:
    import socket

AT_ONCE = 64 * 1024
NUMBERS = 7  # before the sizes of the texts


class Kind(Enum):
    """What came next."""

    OUTPUT = auto()
    ENDING = auto()
    NOTHING = auto()  # in the time allowed
    LOST = auto()  # the pipe ended without a last report


class Reports:
    """The reports of one keeper, in order."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._buffer = bytearray()
        self.output = Output()
        self.ending: Ending | None = None

    def next(self, timeout_s: float | None) -> Kind:
        """Wait for one report."""
        self._control.settimeout(timeout_s if timeout_s is None else max(timeout_s, 1e-6))
        while (kind := self._parsed()) is None:
            try:
                data = self._control.recv(AT_ONCE)
            except (TimeoutError, BlockingIOError):
                return Kind.NOTHING
            except OSError:
                return Kind.LOST
            if not data:
                return Kind.LOST
            self._buffer += data
        return kind

    def _parsed(self) -> Kind | None:
        line, newline, rest = self._buffer.partition(b"\n")
        if not newline:
            return None
        numbers = [int(each) for each in line[1:].split()]
        sizes = numbers[NUMBERS:]
        if len(rest) < sum(sizes):
            return None
        blobs = []
        for size in sizes:
            blobs.append(bytes(rest[:size]))
            del rest[:size]
        kind = Kind.ENDING if line[:1] == b"E" else Kind.OUTPUT
        self._buffer = rest
        self._understand(numbers[:NUMBERS], blobs)
        return kind

    def _understand(self, numbers: list[int], blobs: list[bytes]) -> None:
        code, signal, stopped, memory_kib, cpu_us, out_size, err_size = numbers
        problem, excess, *ends = blobs
        self.output = Output(
            Stream(ends[0], ends[1], out_size),
            Stream(ends[2], ends[3], err_size),
        )
        self.ending = Ending(
            exit_code=code if code >= 0 else None,
            signal=signal or None,
            stopped=bool(stopped),
            excess=excess.decode(),
            problem=problem.decode(),
            memory_bytes=memory_kib * 1024,
            cpu_s=cpu_us / 1e6,
            output=self.output,
        )
