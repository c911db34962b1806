"""The file of samples: HEADER_BYTES of JSON, then rows. What its writer did not live to complete is usable.

The header's `end` is null while it is written, then empty, or the words for what is missing.
"""

from __future__ import annotations

import json
import os
import struct
from itertools import starmap
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "conclab.samples/1"
HEADER_BYTES = 512
# The fields of Row. Each sample is one row per thread, then one of kind GIL per GIL, or one if there is none.
ROW = struct.Struct("<QQQIIhBxi")

RUNNABLE, SLEEPS, WAITS, GIL = 0, 1, 2, 4
HOLDS = 8  # added to a thread's kind: it held the GIL when it was looked at


class Row(NamedTuple):
    """One row; a thread's facts were read between its own stamp and the next row's."""

    at_ns: int
    cpu_ns: int  # in a row of kind GIL: how often it was handed over so far
    delay_ns: int  # runnable, but without a CPU
    turns: int  # times it was given a CPU
    thread: int
    call: int  # number of the system call it sleeps in, -1: none
    kind: int
    gil: int  # id of the interpreter, where kind says HOLDS, WAITS or GIL


class NoSpaceError(Exception):
    """The record can't grow any more."""


class Record:
    """Rows on their way to the file: gathered in memory, written some times a second."""

    def __init__(self, path: str, *, pid: int, rate_hz: int, gil: bool) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        self._header = {
            "format": FORMAT,
            "pid": pid,
            "machine": os.uname().machine,
            "rate_hz": rate_hz,
            "gil": gil,
        }
        self._rows: list[bytes] = []
        self.add = self._rows.append
        os.write(self._file, self._padded(None))

    def flush(self) -> None:
        """Write what was gathered; a file system that takes no more ends the recording."""
        block = b"".join(self._rows)
        self._rows.clear()
        try:
            while block:
                block = block[os.write(self._file, block) :]
        except OSError as error:
            raise NoSpaceError(f"the record could not be written any further: {error.strerror}") from error

    def close(self, end: str) -> None:
        """Say how it ended. The header's place is taken already: that needs no new space."""
        try:
            self.flush()
        except NoSpaceError as error:
            end = str(error)
        os.pwrite(self._file, self._padded(end), 0)
        os.close(self._file)

    def _padded(self, end: str | None) -> bytes:
        return json.dumps({**self._header, "end": end and end[:200]}).encode().ljust(HEADER_BYTES - 1) + b"\n"


def read(path: Path) -> tuple[dict[str, Any], list[Row]]:
    """Return header and rows, without a torn last one. Raises OSError, ValueError."""
    data = path.read_bytes()
    about = json.loads(data[:HEADER_BYTES])
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ValueError(f"{path.name} is no record of samples")
    whole = (len(data) - HEADER_BYTES) // ROW.size * ROW.size
    return about, list(starmap(Row, ROW.iter_unpack(memoryview(data)[HEADER_BYTES : HEADER_BYTES + whole])))
