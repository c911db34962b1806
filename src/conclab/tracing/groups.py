"""Which process and which thread gets which rows of the timeline, in which order and by which name.

Knows nothing of the trace's format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count, groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from conclab.tracing.calls import Call, Recording, plain
from conclab.tracing.rows import clip, nest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from conclab.model import Span

_POOL_THREAD = re.compile(r"(ThreadPoolExecutor-\d+|asyncio|worker|interpreter)_\d+")


@dataclass(frozen=True, slots=True)
class Pass:
    """One traced execution of one variant's batch. `folder` holds the probe's files, if there are any."""

    variant: str
    lane_pid: int
    spans: tuple[Span, ...]
    folder: Path | None


@dataclass(slots=True)
class Row:
    """One thread, or one task that overlaps with others of its thread."""

    name: str
    calls: list[Call] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """One process of one pass."""

    name: str
    variant: str
    origin_ns: int
    end_ns: int
    full: bool
    rows: list[Row]
    cut: int = 0


def groups(experiment: str, one: Pass, recordings: Sequence[Recording]) -> Iterator[Group]:
    """List the processes of one pass: the lane, then the pool's workers in the order of their first tasks."""
    seen = {recording.pid: recording for recording in recordings}
    spans = sorted(one.spans, key=attrgetter("start_ns", "task"))
    starts = [span.start_ns for span in spans] or _edges(recordings, "start_ns")
    ends = [span.end_ns for span in spans] or _edges(recordings, "end_ns")
    if not starts:
        return
    order = dict.fromkeys([one.lane_pid, *(span.pid for span in spans), *sorted(seen)])
    workers = count(1)
    for pid in order:
        recording = seen.get(pid, Recording(pid, {}, {}, full=False, shortest_us=0))
        rows = _rows(recording, [span for span in spans if span.pid == pid], (min(starts), max(ends)))
        who = "" if pid == one.lane_pid else f" / worker-{next(workers)}"
        if rows:
            name = f"{experiment} / {plain(one.variant)}{who}"
            yield Group(name, plain(one.variant), min(starts), max(ends), recording.full, rows)


def _edges(recordings: Sequence[Recording], edge: str) -> list[int]:
    return [getattr(call, edge) for seen in recordings for calls in seen.calls.values() for call in calls]


def _rows(recording: Recording, spans: Sequence[Span], window: tuple[int, int]) -> list[Row]:
    """Threads with work first, then the helpers; tasks that overlap get rows below their thread."""
    by_thread = {
        thread: list(group)
        for thread, group in groupby(sorted(spans, key=attrgetter("thread")), key=attrgetter("thread"))
    }
    names = {span.thread: plain(span.thread_name) for span in spans} | recording.names
    threads = _in_order(recording, by_thread, names)
    rows: list[Row] = []
    for thread, shown in threads.items():
        here = by_thread.get(thread, [])
        calls = recording.calls.get(thread, [])
        fitted = nest(calls, here)
        if fitted is not None:
            rows.append(Row(shown, clip(fitted, *window), here))
        else:
            rows.append(Row(shown, clip(calls, *window)))
            tasks = sorted(here, key=attrgetter("task"))
            rows += [
                Row(f"task {task}", spans=list(same)) for task, same in groupby(tasks, attrgetter("task"))
            ]
    return [row for row in rows if row.calls or row.spans]


def _in_order(
    recording: Recording, by_thread: dict[int, list[Span]], names: dict[int, str]
) -> dict[int, str]:
    """Threads in the order of display, with the names to display."""
    interpreters = {thread: spans[0].interpreter for thread, spans in by_thread.items()}
    ranks: dict[str, Iterator[int]] = {"main": count(1), "interpreter": count(1), "worker": count(1)}

    def kind(thread: int) -> str:
        if interpreters.get(thread):
            return "interpreter"
        name = names.get(thread, "")
        if name == "MainThread" or (thread == recording.pid and thread in by_thread):
            return "main"
        return "worker" if thread in by_thread or _POOL_THREAD.fullmatch(name) else "other"

    def place(thread: int) -> tuple[int, int, list[tuple[int, str]], int]:
        order = ["main", "interpreter", "worker", "other"].index(kind(thread))
        return order, interpreters.get(thread, 0), _natural(names.get(thread, "")), thread

    shown: dict[int, str] = {}
    for thread in sorted({*by_thread, *recording.calls}, key=place):
        what = kind(thread)
        if what == "other":
            shown[thread] = names.get(thread) or f"thread-{len(shown) + 1}"
        else:
            rank = next(ranks[what])
            shown[thread] = "main" if what == "main" and rank == 1 else f"{what}-{rank}"
    return shown


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key that puts worker_10 after worker_9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
