"""Who took part in a traced pass: its processes, and their threads in order, by the names that people read.

The one home of these names. Knows nothing of rows, figures or formats.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING

from conclab.tracing.calls import Recording, plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from conclab.gil.states import Observation
    from conclab.model import Span

_POOL_THREAD = re.compile(r"(ThreadPoolExecutor-\d+|asyncio|worker|interpreter)_\d+")


@dataclass(frozen=True, slots=True)
class Pass:
    """One traced execution of one variant's batch, or of a person's own program, which has no tasks.

    `folder` holds the probe's files, if there are any.
    """

    variant: str
    lane_pid: int
    spans: tuple[Span, ...]
    folder: Path | None
    observations: tuple[Observation, ...] = ()  # of the GIL: one per process
    names: Mapping[int, str] = field(default_factory=dict)  # of processes, where they have names of their own


@dataclass(frozen=True, slots=True)
class Process:
    """One process of one pass, with all that is known of it."""

    who: str  # empty for the lane itself
    pid: int
    window: tuple[int, int]  # the first task's start to the last task's end, of the whole pass
    spans: tuple[Span, ...]
    recording: Recording
    observation: Observation | None
    threads: Mapping[int, str]  # in order of display, with the names to display


def processes(one: Pass, recordings: Sequence[Recording]) -> list[Process]:
    """List the lane, then the pool's workers in the order of their first tasks, then all others."""
    seen = {recording.pid: recording for recording in recordings}
    watched = {observation.pid: observation for observation in one.observations}
    spans = sorted(one.spans, key=attrgetter("start_ns", "task"))
    edges = [(span.start_ns, span.end_ns) for span in spans] or [*_edges(recordings, one.observations)]
    if not edges:
        return []
    window = min(start for start, _ in edges), max(end for _, end in edges)
    order = dict.fromkeys(
        [one.lane_pid, *(span.pid for span in spans), *sorted(seen), *sorted(_awake(watched, window))]
    )
    workers = count(1)
    taken: list[str] = []
    listed = []
    for pid in order:
        here = tuple(span for span in spans if span.pid == pid)
        recording = seen.get(pid, Recording(pid, {}, {}, full=False, shortest_us=0))
        who = (
            ""
            if pid == one.lane_pid
            else _unique(plain(one.names.get(pid) or f"worker-{next(workers)}"), taken)
        )
        taken.append(who)
        threads = _in_order(recording, here, watched.get(pid), window)
        listed.append(Process(who, pid, window, here, recording, watched.get(pid), threads))
    return listed


def _edges(recordings: Iterable[Recording], observations: Iterable[Observation]) -> Iterator[tuple[int, int]]:
    """All that was recorded: the window of a pass without tasks.

    Where calls were recorded they are the measure: before and after them the process was busy with the
    recorders themselves.
    """
    called = set()
    for seen in recordings:
        for calls in seen.calls.values():
            called.add(seen.pid)
            yield from ((call.start_ns, call.end_ns) for call in calls)
    for observation in observations:
        for stretches in observation.threads.values() if observation.pid not in called else ():
            yield from ((one.start_ns, one.end_ns) for one in stretches)


def _awake(watched: Mapping[int, Observation], window: tuple[int, int]) -> Iterator[int]:
    return (pid for pid, observation in watched.items() if _within(observation, window))


def _within(observation: Observation | None, window: tuple[int, int]) -> set[int]:
    """Name the threads that were seen inside the window."""
    if observation is None:
        return set()
    start, end = window
    return {
        thread
        for thread, stretches in observation.threads.items()
        if any(one.start_ns < end and one.end_ns > start for one in stretches)
    }


def _in_order(
    recording: Recording, spans: Sequence[Span], observation: Observation | None, window: tuple[int, int]
) -> dict[int, str]:
    names = {span.thread: plain(span.thread_name) for span in spans}
    names |= {thread: plain(name) for thread, name in (observation.names.items() if observation else ())}
    names |= recording.names
    interpreters = {span.thread: span.interpreter for span in spans}
    observed = _within(observation, window)
    # whoever ran a task or was seen by the observer: the recorder alone may take a helper for the main thread
    known = observed | interpreters.keys()
    ranks: dict[str, Iterator[int]] = {"main": count(1), "interpreter": count(1), "worker": count(1)}

    def kind(thread: int) -> str:
        if interpreters.get(thread):
            return "interpreter"
        name = names.get(thread, "")
        if name == "MainThread" or (thread == recording.pid and thread in known):
            return "main"
        return "worker" if thread in interpreters or _POOL_THREAD.fullmatch(name) else "other"

    def place(thread: int) -> tuple[int, int, list[tuple[int, str]], int]:
        order = ["main", "interpreter", "worker", "other"].index(kind(thread))
        return order, interpreters.get(thread, 0), _natural(names.get(thread, "")), thread

    shown: dict[int, str] = {}
    for thread in sorted(known | recording.calls.keys(), key=place):
        what = kind(thread)
        if what == "other":
            shown[thread] = _unique(names.get(thread) or f"thread-{len(shown) + 1}", shown.values())
        else:
            rank = next(ranks[what])
            shown[thread] = "main" if what == "main" and rank == 1 else f"{what}-{rank}"
    return shown


def _unique(name: str, taken: Collection[str]) -> str:
    """Tell two helpers of one name apart: whoever waits for one of them is told for which."""
    if name not in taken:
        return name
    return next(other for number in count(2) if (other := f"{name} ({number})") not in taken)


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key that puts worker_10 after worker_9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
