"""Which slices go on which row. A viewer draws a row right only where slices nest or follow each other.

Knows nothing of files or formats.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conclab.model import Span
    from conclab.tracing.calls import Call

# VizTracer's clock differs from CLOCK_MONOTONIC by up to 1.3 us, and a task's own bookkeeping adds a few.
TOLERANCE_NS = 5_000


def clip(calls: Iterable[Call], start_ns: int, end_ns: int) -> list[Call]:
    """Keep what lies in the window, callers first; a call that reaches over its edge is cut there."""
    return [
        call
        if start_ns <= call.start_ns and call.end_ns <= end_ns
        else replace(call, start_ns=max(call.start_ns, start_ns), end_ns=min(call.end_ns, end_ns))
        for call in sorted(calls, key=lambda call: (call.start_ns, -call.end_ns))
        if call.start_ns < end_ns and call.end_ns > start_ns
    ]


def nest(calls: Iterable[Call], spans: Sequence[Span]) -> list[Call] | None:
    """Make calls share a row with the spans, or return None where they overlap in part.

    What overlaps by less than the clocks' difference is trimmed from the call; a span is never changed.
    """
    spans = sorted(spans, key=lambda span: span.start_ns)
    if any(late.start_ns < early.end_ns for early, late in pairwise(spans)):
        return None
    starts = [span.start_ns for span in spans]
    fitted = []
    for call in calls:
        trimmed = _trim_end(_trim_start(call, spans, starts), spans, starts)
        if trimmed is None:
            return None
        fitted.append(trimmed)
    return fitted


def _trim_start(call: Call, spans: Sequence[Span], starts: Sequence[int]) -> Call | None:
    """Mend a call that starts inside a span and ends after it."""
    index = bisect_right(starts, call.start_ns) - 1
    if index < 0 or not spans[index].start_ns < call.start_ns < spans[index].end_ns < call.end_ns:
        return call
    edge = spans[index].end_ns
    if call.end_ns - edge <= TOLERANCE_NS:
        return replace(call, end_ns=edge)
    return replace(call, start_ns=edge) if edge - call.start_ns <= TOLERANCE_NS else None


def _trim_end(call: Call | None, spans: Sequence[Span], starts: Sequence[int]) -> Call | None:
    """Mend a call that ends inside a span and starts before it."""
    if call is None:
        return None
    index = bisect_right(starts, call.end_ns - 1) - 1
    if index < 0 or not call.start_ns < spans[index].start_ns < call.end_ns < spans[index].end_ns:
        return call
    edge = spans[index].start_ns
    if edge - call.start_ns <= TOLERANCE_NS:
        return replace(call, start_ns=edge)
    return replace(call, end_ns=edge) if call.end_ns - edge <= TOLERANCE_NS else None
