"""In which order the tasks of one traced pass started and ended. Knows nothing of threads or files."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conclab.model import Span


class Turns(TypedDict):
    """Positions in the batch, as they started and as they ended. Plain data: run.json holds it as it is."""

    started: list[int]
    ended: list[int]


def order(spans: Iterable[Span]) -> Turns:
    """Read the order off the spans. What happened in the same nanosecond keeps the order of the batch."""
    batch = sorted(spans, key=lambda span: span.task)
    return Turns(
        started=[span.task for span in sorted(batch, key=lambda span: span.start_ns)],
        ended=[span.task for span in sorted(batch, key=lambda span: span.end_ns)],
    )
