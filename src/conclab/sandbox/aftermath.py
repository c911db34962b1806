"""When a keeper is gone without tidying up: ends what it left, told by a mark that nobody else has.

The second best way: a program that is not set apart can hide from it. Whoever is found is its own.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from conclab.sandbox.inside import removing

MARK = "CONCLAB_SANDBOX"
ROUNDS = 100


def end_marked(mark: str) -> None:
    """Kill every process that was started with this mark in its environment, until none is found."""
    for _ in range(ROUNDS):
        found = _marked(f"{MARK}={mark}".encode())
        if not found:
            return
        for pidfd in found:
            with suppress(OSError):
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            os.close(pidfd)


def remove(folder: str) -> None:
    """Remove a program's folder as far as that goes; what can't be removed stays."""
    with suppress(OSError):
        removing.remove(folder)


def _marked(entry: bytes) -> list[int]:
    """Descriptors of living processes: unlike a number, one can't be given to somebody else meanwhile."""
    found = []
    for each in Path("/proc").glob("[0-9]*") if hasattr(os, "pidfd_open") else ():
        try:
            pidfd = os.pidfd_open(int(each.name))
        except OSError:
            continue
        if entry in _environment(each).split(b"\0"):
            found.append(pidfd)
        else:
            os.close(pidfd)
    return found


def _environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""
