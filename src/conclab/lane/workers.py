"""What every worker does when it starts, and the wrapper that notes spans in a traced pass.

Runs in the lane's threads, in pool processes and in subinterpreters alike, so everything here is
importable by name and picklable.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from conclab.discovery import load
from conclab.here import interpreter_id
from conclab.lane.tie import die_with_parent
from conclab.model import Probe, Span

if TYPE_CHECKING:
    from conclab.model import Job


@dataclass(frozen=True, slots=True)
class Start:
    """Called once in every worker. Unpickling `job` has imported the workload by then."""

    job: Job
    probe: str = ""
    folder: str = ""

    def __call__(self) -> None:
        """Tie a worker process to its lane's life, and start observing it if this pass is traced."""
        if multiprocessing.parent_process() is None:
            return  # the lane itself, one of its threads, or a subinterpreter of it
        die_with_parent()
        if self.probe:
            watch(self.probe, self.folder, "worker")


def watch(probe: str, folder: str, role: str) -> Any:
    """Start the probe here; returns what stops it."""
    return load("conclab.probes", probe, Probe).watch(folder, role)


@dataclass(frozen=True, slots=True)
class Noted:
    """A job that also tells where and when it ran. `argument` is (position in the batch, argument)."""

    job: Job

    def __call__(self, numbered: tuple[int, Any]) -> tuple[Any, Span]:
        """Run one task and note its span."""
        task, argument = numbered
        start = time.monotonic_ns()
        answer = self.job(argument)
        return answer, _span(task, start, time.monotonic_ns())


@dataclass(frozen=True, slots=True)
class NotedAsync:
    """The same for a coroutine function, or a plain function that a coroutine calls."""

    job: Job

    def coroutine(self) -> Job:
        """Return a real coroutine function, so that strategies recognise it."""
        waits = iscoroutinefunction(self.job)

        async def run(numbered: tuple[int, Any]) -> tuple[Any, Span]:
            task, argument = numbered
            start = time.monotonic_ns()
            answer = await self.job(argument) if waits else self.job(argument)
            return answer, _span(task, start, time.monotonic_ns())

        return run


def _span(task: int, start_ns: int, end_ns: int) -> Span:
    here = threading.current_thread()
    return Span(task, start_ns, end_ns, os.getpid(), threading.get_native_id(), here.name, interpreter_id())
