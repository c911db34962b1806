"""Which process and which thread gets which rows of calls and tasks in the timeline, in which order.

Knows nothing of the trace's format, and nothing of the GIL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from conclab.tracing.calls import Call, Recording, plain
from conclab.tracing.processes import Pass, Process, processes
from conclab.tracing.rows import clip, nest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conclab.model import Span

__all__ = ["Group", "Pass", "Row", "groups"]


@dataclass(slots=True)
class Row:
    """One thread, or one task that overlaps with others of its thread."""

    name: str
    thread: int
    calls: list[Call] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """One process of one pass."""

    name: str
    variant: str
    process: Process
    rows: list[Row]
    cut: int = 0

    @property
    def origin_ns(self) -> int:
        """Where the pass starts: its time 0."""
        return self.process.window[0]


def groups(experiment: str, one: Pass, recordings: Sequence[Recording]) -> Iterator[Group]:
    """List the processes of one pass that have anything to show."""
    for process in processes(one, recordings):
        rows = _rows(process)
        observed = process.observation is not None and process.threads
        if rows or observed:
            name = " / ".join(part for part in (experiment, plain(one.variant), process.who) if part)
            yield Group(name, plain(one.variant), process, rows)


def _rows(process: Process) -> list[Row]:
    """Threads with work first, then the helpers; tasks that overlap get rows below their thread."""
    by_thread = {
        thread: list(group)
        for thread, group in groupby(
            sorted(process.spans, key=attrgetter("thread")), key=attrgetter("thread")
        )
    }
    rows: list[Row] = []
    for thread, shown in process.threads.items():
        here = by_thread.get(thread, [])
        calls = process.recording.calls.get(thread, [])
        fitted = nest(calls, here)
        if fitted is not None:
            rows.append(Row(shown, thread, clip(fitted, *process.window), here))
        else:
            rows.append(Row(shown, thread, clip(calls, *process.window)))
            tasks = sorted(here, key=attrgetter("task"))
            rows += [
                Row(f"task {task}", thread, spans=list(same))
                for task, same in groupby(tasks, attrgetter("task"))
            ]
    return [row for row in rows if row.calls or row.spans]
