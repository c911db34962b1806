"""The derived layer: what the tasks' own clocks tell, where nobody could observe the GIL.

On a CPU or not, no more: thread CPU time counts holding the GIL and running without it alike, and
waiting for the GIL and sleeping alike. So every stretch is UNKNOWN.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from conclab.gil.states import Layer, Observation, State, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conclab.model import Span


def observations(spans: Iterable[Span], *, because: str = "") -> list[Observation]:
    """One observation per process: when each of its threads had a task, and nothing about the GIL."""
    by_process: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        by_process[span.pid].append(span)
    return [observation(own, because=because) for _, own in sorted(by_process.items())]


def observation(spans: Sequence[Span], *, because: str = "") -> Observation:
    """Observe one process by the spans of its tasks; there is at least one."""
    return Observation(
        pid=spans[0].pid,
        layer=Layer.DERIVED,
        start_ns=min(span.start_ns for span in spans),
        end_ns=max(span.end_ns for span in spans),
        threads={
            thread: [
                Stretch(group[0].start_ns, max(span.end_ns for span in group), State.UNKNOWN)
                for group in _overlapping(own)
            ]
            for thread, own in _by_thread(spans).items()
        },
        names={span.thread: span.thread_name for span in spans},
        because=because,
    )


def on_cpu_s(spans: Iterable[Span]) -> dict[int, float | None]:
    """CPU time that each thread spent on tasks, by thread id; None where it can't be told.

    Tasks that overlap in one thread (asyncio) each count what the others used meanwhile, so their sum
    would count twice. Where one of them spans all the others, its own figure is the whole.
    """
    return {
        thread: _sum([_cpu_ns(group) for group in _overlapping(own)])
        for thread, own in _by_thread(spans).items()
    }


def _by_thread(spans: Iterable[Span]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: (span.start_ns, -span.end_ns)):
        found[span.thread].append(span)
    return found


def _overlapping(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Groups of spans, sorted by their start, that no instant between them separates."""
    group: list[Span] = []
    reaches = 0
    for span in spans:
        if group and span.start_ns >= reaches:
            yield group
            group = []
        group.append(span)
        reaches = max(reaches, span.end_ns)
    if group:
        yield group


def _cpu_ns(group: Sequence[Span]) -> int | None:
    """CPU time between the group's start and its end: the figure of one span that covers all of it."""
    longest = group[0]  # the earliest, and the longest of those
    covers = all(span.end_ns <= longest.end_ns for span in group)
    return longest.cpu_ns if covers else None


def _sum(parts: Sequence[int | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) / 1e9 if len(known) == len(parts) else None
