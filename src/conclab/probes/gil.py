"""The GIL of one process: who holds it, who waits for it. The best layer that works here observes it."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.gil import record
from conclab.model import Probe

if TYPE_CHECKING:
    from collections.abc import Callable

LATER_THAN_CALLS = 90  # a pool worker that exits: what records its calls stops before, at 100


def watch(folder: str, role: str) -> Callable[[], None]:  # noqa: ARG001 - a process is known by its id
    """Observe this process from now on. A pool worker, which nobody stops, ends its record when it exits."""
    stop = record.start(Path(folder))
    pid = os.getpid()

    def once() -> None:
        if os.getpid() == pid:  # a forked copy inherits the call, not the record
            stop()

    if multiprocessing.parent_process() is not None:
        Finalize(None, once, exitpriority=LATER_THAN_CALLS)
    return once


def attend(folder: str) -> None:
    """Observe the GIL of the calling subinterpreter as well."""
    record.attend(Path(folder))


PROBE = Probe(watch=watch, attend=attend)
