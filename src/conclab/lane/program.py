"""Observes a program that knows nothing of it, in each of its Python processes. Knows nothing of batches.

What was seen of the GIL survives a kill; function calls are written when a process ends by itself, or is
asked to end by SIGTERM, as a pool asks its workers.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from multiprocessing import util
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.gil.record import NAMED, NO_CALLS, PROGRAM, attend
from conclab.here import interpreter_number
from conclab.lane.workers import watch

if TYPE_CHECKING:
    from collections.abc import Callable

BEFORE_EVERYTHING_ELSE = 1000  # the highest priority of what runs at a worker's exit


class Program:
    """The recording of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stop: Callable[[], None] = lambda: None
        self._ending = False

    def begin(self) -> None:
        """Begin to observe this process, which has just begun itself, or is a forked copy."""
        self._ending = False
        probes = ("gil", "viztracer") if _records_calls() else ("gil",)
        with suppress(OSError):  # the folder is gone: this copy outlives its trace
            self._stop = watch(probes, str(self._folder), "process")
            self._name()

    def end(self) -> None:
        """Write what was seen; the second time, nothing. A full disk costs the record, not the program."""
        stop, self._stop = self._stop, lambda: None
        self._ending = True
        if self._folder.is_dir():  # gone when the program outlived its trace
            with suppress(Exception):
                self._name()
                stop()

    def in_worker(self) -> None:
        """A worker of multiprocessing leaves without what is registered with atexit, or by SIGTERM."""
        util.Finalize(None, self.end, exitpriority=BEFORE_EVERYTHING_ELSE)
        self.mind_termination()

    def mind_termination(self) -> None:
        """Have SIGTERM write what was seen, unless the program minds it itself."""
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, self._terminated)

    def _terminated(self, number: int, _: object) -> None:
        """End as if nobody had looked; who is writing already ends anyway."""
        if not self._ending:
            signal.signal(number, signal.SIG_DFL)
            self.end()
            os.kill(os.getpid(), number)

    def _name(self) -> None:
        name = multiprocessing.current_process().name
        if name == "MainProcess":
            name = "fork server" if _is_helper("multiprocessing.forkserver") else ""
        (self._folder / NAMED.replace("*", str(os.getpid()))).write_text(name, encoding="utf-8")


def _records_calls() -> bool:
    """Whether VizTracer is here; imported before anything is observed, since it is no part of the program."""
    if os.environ.get(NO_CALLS):
        return False
    try:
        import viztracer  # noqa: F401, PLC0415 - an extra in the program's own interpreter
    except ImportError:
        return False
    return True


def begin() -> None:
    """Observe this process and the copies that it forks, if it belongs to a traced program."""
    folder = os.environ.get(PROGRAM)
    if not folder or not Path(folder).is_dir() or _is_helper("multiprocessing.resource_tracker"):
        return
    if interpreter_number():  # a subinterpreter of a process that is observed already
        attend(Path(folder))
        return
    program = Program(Path(folder))
    program.begin()
    atexit.register(program.end)
    os.register_at_fork(after_in_child=program.begin)
    util.register_after_fork(program, Program.in_worker)
    if _is_helper("multiprocessing.spawn"):
        program.mind_termination()


def _is_helper(module: str) -> bool:
    """Whether this process was started with `-c 'from <module> import ...'`."""
    return any(f"from {module} import" in word for word in sys.orig_argv)
