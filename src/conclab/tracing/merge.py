"""One Chrome trace-event document of all traced passes of a run, to be compared one under the other.

Each pass starts at 0: the clock of a pass is shifted as a whole, so what is inside keeps its distances.
What lies before its first task or after its last one (opening and closing the pool) is cut off.
The document is kept small enough for a browser: what is left out or put together for that is said.
"""

from __future__ import annotations

import gzip
import heapq
import json
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

from conclab.files import whole
from conclab.tracing.calls import plain, read
from conclab.tracing.events import events
from conclab.tracing.gil_rows import GilRows, Sketch, fit, sketch
from conclab.tracing.groups import Group, Pass, groups
from conclab.tracing.layers import about

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Pass", "merge", "save"]

LIMIT_BYTES = 20_000_000  # Perfetto needs 20 s for that
_CALL_BYTES = 100  # of one call's event, without its name
_TASK_BYTES = 230


def merge(experiment: str, passes: Sequence[Pass], *, limit_events: int = 150_000) -> dict[str, object]:
    """Put all passes into one document. Over the limit the shortest calls go, and the document says so.

    So do stretches of the GIL's states that are too short: they are put together by the shortest
    resolution that fits.
    """
    other: dict[str, object] = {
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
    sketches = _sketches(shown, limit_events)
    drawn = [(group, each.rows()) for group, each in zip(shown, sketches, strict=True)]
    drawn = [(group, rows) for group, rows in drawn if group.rows or rows.threads]
    missing = {
        "conclab_shortest_call_us": shortest_us,
        "conclab_broken": broken,
        "conclab_full": [group.name for group in shown if group.process.recording.full],
        "conclab_cut": _cut(shown, limit_events - sum(map(len, sketches)), _size(drawn), limit_events),
        "conclab_gil_resolution_us": max((each.resolution_ns for each in sketches), default=0) / 1000,
        "gil": {plain(one.variant): about(one).document() for one in passes if one.observations},
    }
    other |= {key: value for key, value in missing.items() if value}
    return {"traceEvents": list(events(drawn)), "displayTimeUnit": "ms", "otherData": other}


def save(document: dict[str, object], path: Path) -> None:
    """Write the document, gzipped, whole or not at all. Equal documents give equal bytes."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True)
    with whole(path) as partial:
        partial.write_bytes(gzip.compress(text.encode("ascii"), compresslevel=6, mtime=0))


def _sketches(shown: Sequence[Group], limit: int) -> list[Sketch]:
    """The GIL's rows may have what the calls leave: a third at least, and never more than half."""
    others = sum(len(row.calls) + len(row.spans) for group in shown for row in group.rows)
    return fit([sketch(group.process) for group in shown], min(limit // 2, max(limit // 3, limit - others)))


def _size(drawn: Sequence[tuple[Group, GilRows]]) -> int:
    """Bytes of everything but calls."""
    gil = sum(
        len(json.dumps(mark.args)) + len(mark.name) + _CALL_BYTES
        for _, rows in drawn
        for row in (*rows.top, *rows.threads.values())
        for mark in row.marks
    )
    steps = sum(len(rows.gauge.steps) for _, rows in drawn if rows.gauge)
    return (
        gil
        + steps * _CALL_BYTES
        + sum(len(row.spans) * _TASK_BYTES for group, _ in drawn for row in group.rows)
    )


def _cut(shown: Sequence[Group], limit: int, taken_bytes: int, said: int) -> dict[str, object] | None:
    """Keep all tasks and the longest calls."""
    rows = [(group, row) for group in shown for row in group.rows]
    total = sum(len(row.calls) for _, row in rows)
    room = max(0, limit - sum(len(row.spans) for _, row in rows))
    size = sum(len(call.name) + _CALL_BYTES for _, row in rows for call in row.calls)
    if total <= room and size + taken_bytes <= LIMIT_BYTES:
        return None
    lengths = (
        (call.end_ns - call.start_ns, -place, -index)
        for place, (_, row) in enumerate(rows)
        for index, call in enumerate(row.calls)
    )
    longest = heapq.nlargest(room, lengths)
    sizes = accumulate(len(rows[-place][1].calls[-index].name) + _CALL_BYTES for _, place, index in longest)
    longest = longest[: sum(1 for _ in takewhile(lambda size: size + taken_bytes <= LIMIT_BYTES, sizes))]
    kept: dict[int, list[int]] = {}
    for _, place, index in longest:
        kept.setdefault(-place, []).append(-index)
    for place, (group, row) in enumerate(rows):
        chosen = sorted(kept.get(place, []))
        group.cut += len(row.calls) - len(chosen)
        row.calls = [row.calls[index] for index in chosen]
    return {
        "limit_events": said,
        "left_out": total - len(longest),
        "kept": len(longest),
        "shortest_kept_us": longest[-1][0] / 1000 if longest else 0.0,
    }
