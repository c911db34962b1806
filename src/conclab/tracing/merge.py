"""One Chrome trace-event document of all traced passes of a run, to be compared one under the other.

Each pass starts at 0: the clock of a pass is shifted as a whole, so what is inside keeps its distances.
What lies before its first task or after its last one (opening and closing the pool) is cut off.
Viewers sort by process and thread id, so ids are made up here, in the order of display.
"""

from __future__ import annotations

import gzip
import heapq
import json
from itertools import count
from typing import TYPE_CHECKING

from conclab.files import whole
from conclab.tracing.calls import Call, plain, read
from conclab.tracing.groups import Group, Pass, Row, groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from conclab.model import Span

__all__ = ["Pass", "merge", "save"]


def merge(experiment: str, passes: Sequence[Pass], *, limit_events: int = 150_000) -> dict[str, object]:
    """Put all passes into one document. Over the limit the shortest calls go, and the document says so."""
    about: dict[str, object] = {
        "schema": "conclab.trace/1",
        "experiment": plain(experiment),
        "timed": False,
        "note": "traced passes are never timed: recording slows them down",
    }
    shown: list[Group] = []
    broken: list[dict[str, str]] = []
    shortest_us = 0.0
    for one in passes:
        recordings, unread = read(one.folder)
        broken += [{"variant": plain(one.variant), "file": bad.file, "why": bad.why} for bad in unread]
        shortest_us = max([shortest_us, *(recording.shortest_us for recording in recordings)])
        shown += groups(plain(experiment), one, recordings)
    missing = {
        "conclab_shortest_call_us": shortest_us,
        "conclab_broken": broken,
        "conclab_full": [group.name for group in shown if group.full],
        "conclab_cut": _cut(shown, limit_events),
    }
    about |= {key: value for key, value in missing.items() if value}
    return {"traceEvents": list(_events(shown)), "displayTimeUnit": "ms", "otherData": about}


def save(document: dict[str, object], path: Path) -> None:
    """Write the document, gzipped, whole or not at all. Equal documents give equal bytes."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True)
    with whole(path) as partial:
        partial.write_bytes(gzip.compress(text.encode("ascii"), compresslevel=6, mtime=0))


def _cut(shown: Sequence[Group], limit: int) -> dict[str, object] | None:
    """Keep all tasks and the longest calls."""
    rows = [(group, row) for group in shown for row in group.rows]
    total = sum(len(row.calls) for _, row in rows)
    room = max(0, limit - sum(len(row.spans) for _, row in rows))
    if total <= room:
        return None
    lengths = (
        (call.end_ns - call.start_ns, -place, -index)
        for place, (_, row) in enumerate(rows)
        for index, call in enumerate(row.calls)
    )
    kept: dict[int, list[int]] = {}
    shortest = 0
    for length, place, index in heapq.nlargest(room, lengths):
        kept.setdefault(-place, []).append(-index)
        shortest = length
    for place, (group, row) in enumerate(rows):
        chosen = sorted(kept.get(place, []))
        group.cut += len(row.calls) - len(chosen)
        row.calls = [row.calls[index] for index in chosen]
    return {
        "limit_events": limit,
        "left_out": total - room,
        "kept": room,
        "shortest_kept_us": shortest / 1000,
    }


def _events(shown: Sequence[Group]) -> Iterator[dict[str, object]]:
    ids = count(1)
    for group in shown:
        process = next(ids)
        yield {
            "ph": "M",
            "pid": process,
            "tid": process,
            "name": "process_name",
            "args": {"name": group.name},
        }
        # a viewer takes the thread with the process's id for its main thread
        numbered = [(process if row.name == "main" else next(ids), row) for row in group.rows]
        for thread, row in numbered:
            yield from _row_events(group, row, process, thread)
        for notice in _notices(group):
            thread = next(ids)
            whole = group.end_ns - group.origin_ns
            yield _named(process, thread, "left out")
            yield _slice(process, thread, (0, whole), notice, "conclab")


def _notices(group: Group) -> Iterator[str]:
    if group.cut:
        yield f"cut here: {group.cut} short calls left out"
    if group.full:
        yield "the recording was full: its earliest calls are missing"


def _row_events(group: Group, row: Row, process: int, thread: int) -> Iterator[dict[str, object]]:
    yield _named(process, thread, row.name)
    slices: list[Call | Span] = [*row.spans, *row.calls]
    # of two slices that start together the longer holds the other; of two equal ones, the task
    for what in sorted(slices, key=lambda one: (one.start_ns, -one.end_ns)):
        times = (what.start_ns - group.origin_ns, what.end_ns - group.origin_ns)
        if isinstance(what, Call):
            yield _slice(process, thread, times, what.name, "call")
        else:
            event = _slice(process, thread, times, f"task {what.task}", "task")
            yield event | {"args": _about(what, group.variant)}


def _about(span: Span, variant: str) -> dict[str, object]:
    return {
        "task": span.task,
        "variant": variant,
        "thread": plain(span.thread_name),
        "interpreter": span.interpreter,
    }


def _named(process: int, thread: int, name: str) -> dict[str, object]:
    return {"ph": "M", "pid": process, "tid": thread, "name": "thread_name", "args": {"name": name}}


def _slice(process: int, thread: int, times: tuple[int, int], name: str, cat: str) -> dict[str, object]:
    start, end = times
    return {
        "ph": "X",
        "pid": process,
        "tid": thread,
        "ts": start / 1000,
        "dur": (end - start) / 1000,
        "name": name,
        "cat": cat,
    }
