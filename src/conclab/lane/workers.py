"""What every worker does when it starts, and the wrapper that notes spans in a traced pass.

Runs in the lane's threads, in pool processes and in subinterpreters alike, so everything here is
importable by name and picklable.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from conclab.discovery import load
from conclab.here import interpreter_id
from conclab.lane.tie import die_with_parent
from conclab.model import Probe, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conclab.model import Job


@dataclass(frozen=True, slots=True)
class Start:
    """Called once in every worker. Unpickling `job` has imported the workload by then."""

    job: Job
    probes: tuple[str, ...] = ()
    folder: str = ""

    def __call__(self) -> None:
        """Tie a worker process to its lane's life, and start observing it if this pass is traced."""
        if multiprocessing.parent_process() is not None:
            die_with_parent()
            watch(self.probes, self.folder, "worker")
        elif interpreter_id():
            for probe in self.probes:
                load("conclab.probes", probe, Probe).attend(self.folder)


def watch(probes: Sequence[str], folder: str, role: str) -> Callable[[], None]:
    """Start the probes here, in their order; returns what stops them, the last one first."""
    with ExitStack() as stack:
        for probe in probes:
            stack.callback(load("conclab.probes", probe, Probe).watch(folder, role))
        return stack.pop_all().close


@dataclass(frozen=True, slots=True)
class Noted:
    """A job that also tells where and when it ran. `argument` is (position in the batch, argument)."""

    job: Job

    def __call__(self, numbered: tuple[int, Any]) -> tuple[Any, Span]:
        """Run one task and note its span."""
        task, argument = numbered
        # The clocks are read by calls that begin and end outside the span, or a recording of the calls
        # would have some that lie across its edges.
        cpu, start = _cpu_ns(), time.monotonic_ns()
        answer = self.job(argument)
        end, cpu_end = time.monotonic_ns(), _cpu_ns()
        return answer, _span(task, (start, end), (cpu, cpu_end))


@dataclass(frozen=True, slots=True)
class NotedAsync:
    """The same for a coroutine function, or a plain function that a coroutine calls."""

    job: Job

    def coroutine(self) -> Job:
        """Return a real coroutine function, so that strategies recognise it."""
        waits = iscoroutinefunction(self.job)

        async def run(numbered: tuple[int, Any]) -> tuple[Any, Span]:
            task, argument = numbered
            cpu, start = _cpu_ns(), time.monotonic_ns()
            answer = await self.job(argument) if waits else self.job(argument)
            end, cpu_end = time.monotonic_ns(), _cpu_ns()
            return answer, _span(task, (start, end), (cpu, cpu_end))

        return run


def _span(task: int, at_ns: tuple[int, int], cpu_ns: tuple[int | None, int | None]) -> Span:
    (start, end), (before, after) = at_ns, cpu_ns
    here = threading.current_thread()
    return Span(
        task,
        start,
        end,
        os.getpid(),
        threading.get_native_id(),
        here.name,
        interpreter_id(),
        None if before is None or after is None else after - before,
    )


def _cpu_ns() -> int | None:
    try:
        return time.thread_time_ns()
    except (AttributeError, OSError):  # not on every platform
        return None
