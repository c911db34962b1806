"""Notices when the running thread comes to no more visible operations, and says where it is.

It waits for something real, or it computes without end. Neither can be decided by a scheduler. How long is
counted in looks, and computing in CPU time: a process that was stopped or starved has not lost its way.
"""

from __future__ import annotations

import linecache
import sys
import time
from typing import TYPE_CHECKING

from conclab.explore import engine
from conclab.explore.outcome import Abort, Failure, FailureKind

try:
    import ctypes  # beside a thread that computes without end, and on its CPU, to import takes seconds
except ImportError:  # a Python without libffi
    ctypes = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from types import FrameType

    from conclab.explore.scheduler import Run

LOOK_S = 0.25
WAITING = 4  # so many looks without CPU time: it waits
ENDLESS_S = 1.0  # of CPU time between two operations
IMPORTING = 40  # times as long while it imports something
LITTLE = 0.02  # of a look: less CPU time is none
IMPORT = "<frozen importlib"


class Watch:
    """Over the running thread of one execution."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._begin()

    def _begin(self) -> None:
        self._at = (self._run.steps, self._run.ident)
        self._cpu_s = self._since_s = cpu_s(self._run.ident)
        self._idle = 0

    def look(self) -> Failure | None:
        """Once every LOOK_S seconds; what is wrong, if anything is."""
        run = self._run
        if (run.steps, run.ident) != self._at:
            self._begin()
            return None
        before, self._cpu_s = self._cpu_s, cpu_s(run.ident)
        computes = self._cpu_s - before > LITTLE * LOOK_S
        self._idle = 0 if computes else self._idle + 1
        used_s = self._cpu_s - self._since_s
        if self._idle < WAITING and used_s < ENDLESS_S:
            return None
        frame = sys._current_frames().get(run.ident)
        if _imports(frame) and self._idle < WAITING * IMPORTING and used_s < ENDLESS_S * IMPORTING:
            return None
        return _failure(run, frame, computes=computes)


def _imports(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(IMPORT):
            return True
        frame = frame.f_back
    return False


def cpu_s(ident: int) -> float:
    """CPU time of a thread, where the system tells."""
    try:
        return time.clock_gettime(time.pthread_getcpuclockid(ident))
    except (AttributeError, OSError):
        return 0.0


def _failure(run: Run, frame: FrameType | None, *, computes: bool) -> Failure:
    name = run.current.name
    inner = frame
    events = engine.STATE.events
    while frame is not None and events is not None and not events.is_users(frame.f_code):
        frame = frame.f_back
    at = ""
    if frame is not None:
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
        at = f" at line {frame.f_lineno}" + (f" ({line})" if line else "")
    if computes:
        text = (
            f"{name} computes without end{at}: nothing that it does there is visible to another thread. "
            "Give the loop an end, or make it smaller"
        )
    else:
        called = ""
        if inner is not None and inner is not frame:
            called = f", in {inner.f_code.co_name}() of {inner.f_globals.get('__name__', '?')}"
        text = (
            f"{name} waits{at} for something outside the engine's control{called}: a lock that was made "
            "before the exploration began, input, a file, another process, or C code that blocks. Make the "
            "lock inside the scenario, or put a fake in the place of what is waited for"
        )
    return Failure(FailureKind.NOT_CONTROLLED, text, task=run.current)


def interrupt(ident: int) -> None:
    """Raise in a thread that runs Python code; one that waits in C is not reached by that."""
    if ctypes is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(Abort))
