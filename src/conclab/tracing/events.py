"""Groups and rows as Chrome trace events. Ids are made up here: viewers sort by them.

A viewer takes the thread with its process's id for the main thread and puts it first. Where the GIL was
observed, no row gets that id: the GIL's own rows come first, then each thread's state above its calls.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from conclab.tracing.calls import Call, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conclab.model import Span
    from conclab.tracing.gil_rows import Gauge, GilRow, GilRows
    from conclab.tracing.groups import Group, Row

Event = dict[str, object]


def events(shown: Sequence[tuple[Group, GilRows]]) -> Iterator[Event]:
    """List all events in the order of display."""
    ids = count(1)
    for group, gil in shown:
        process = next(ids)
        yield {
            "ph": "M",
            "pid": process,
            "tid": process,
            "name": "process_name",
            "args": {"name": group.name},
        }
        if gil.gauge:
            yield from _gauge(group, gil.gauge, process)
        for row in gil.top:
            yield from _gil_row(group, row, process, next(ids))
        yield from _threads(group, gil, process, ids)
        for notice in _notices(group):
            thread = next(ids)
            whole = group.process.window[1] - group.origin_ns
            yield _named(process, thread, "left out")
            yield _slice(process, thread, (0, whole), notice, "conclab")


def _threads(group: Group, gil: GilRows, process: int, ids: Iterator[int]) -> Iterator[Event]:
    observed = gil.top or gil.threads
    for thread, name in group.process.threads.items():
        if thread in gil.threads:
            yield from _gil_row(group, gil.threads[thread], process, next(ids))
        for row in group.rows:
            if row.thread == thread:
                is_main = name == "main" and row.name == name and not observed
                yield from _row(group, row, process, process if is_main else next(ids))


def _notices(group: Group) -> Iterator[str]:
    if group.cut:
        yield f"cut here: {group.cut} short calls left out"
    if group.process.recording.full:
        yield "the recording was full: its earliest calls are missing"
    if group.process.observation is not None and group.process.observation.cut:
        yield f"of the GIL: {plain(group.process.observation.cut)}"


def _row(group: Group, row: Row, process: int, thread: int) -> Iterator[Event]:
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


def _gil_row(group: Group, row: GilRow, process: int, thread: int) -> Iterator[Event]:
    yield _named(process, thread, row.name)
    for mark in row.marks:
        times = (mark.start_ns - group.origin_ns, mark.end_ns - group.origin_ns)
        yield _slice(process, thread, times, mark.name, mark.category) | {"args": dict(mark.args)}


def _gauge(group: Group, gauge: Gauge, process: int) -> Iterator[Event]:
    for at, value in gauge.steps:
        yield {
            "ph": "C",
            "pid": process,
            "tid": process,
            "ts": (at - group.origin_ns) / 1000,
            "name": gauge.name,
            "args": {gauge.unit: value},
        }


def _about(span: Span, variant: str) -> Mapping[str, object]:
    return {
        "task": span.task,
        "variant": variant,
        "thread": plain(span.thread_name),
        "interpreter": span.interpreter,
    }


def _named(process: int, thread: int, name: str) -> Event:
    return {"ph": "M", "pid": process, "tid": thread, "name": "thread_name", "args": {"name": name}}


def _slice(process: int, thread: int, times: tuple[int, int], name: str, cat: str) -> Event:
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
