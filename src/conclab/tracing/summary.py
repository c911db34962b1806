"""What the GIL did in one pass, as run.json keeps it for one variant: figures per thread, and one sentence.

Pure: computed from what was seen, and from nothing of the run. The words are sentences' own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.gil.states import Layer, State
from conclab.tracing.coalesce import Piece, fitting, whole
from conclab.tracing.gil_rows import levels
from conclab.tracing.holders import Doing, Holders, handovers
from conclab.tracing.layers import about
from conclab.tracing.processes import processes
from conclab.tracing.sentences import Figures, Longest, Worker, of_a_program, sentence
from conclab.tracing.threads import Thread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conclab.tracing.calls import Recording
    from conclab.tracing.processes import Pass

MOST_STATES = 600  # a thread: more than a picture has columns
BUSY = 0.005  # of the window, with the GIL or wanting it: in a program without tasks such a thread works
_KEYS = {
    State.HOLDS: "held_s",
    State.WAITS: "waiting_s",
    State.RELEASED: "released_s",
    State.NO_CPU: "no_cpu_s",
    State.BLOCKED: "blocked_s",
    State.UNKNOWN: "unknown_s",
}
_UNKNOWN = Doing(State.UNKNOWN)


def summarise(one: Pass, recordings: Sequence[Recording]) -> dict[str, Any]:
    """Sum up one pass for run.json, under `trace`, `gil` and the variant's name."""
    everyone = processes(one, recordings)
    views = [Holders(process) for process in everyone]
    threads = _in_order(
        Thread(process, holders, thread, name)
        for process, holders in zip(everyone, views, strict=True)
        for thread, name in process.threads.items()
    )
    quality = about(one)
    start, end = everyone[0].window if everyone else (0, 0)
    window_s = (end - start) / 1e9
    working = [thread for thread in threads if thread.matters()] if one.spans else _busy(threads)
    longest = _longest(working)
    numbers = _numbers(threads, quality.layer)
    workers = [_worker(thread, window_s) for thread in working]
    figures = Figures(
        layer=quality.layer,
        workers=workers,
        window_s=window_s,
        together=_together(views, window_s),
        waited=max((thread.seconds()[State.WAITS] or 0 for thread in threads), default=0) / (window_s or 1),
        longest=None
        if longest is None
        else Longest(
            longest["thread"] if not longest["process"] else _label(longest["process"], longest["thread"]),
            longest["seconds"],
        ),
    )
    shared = {_key(thread) for thread in working}
    told = {thread.identity for thread in working if thread.tasks or not one.spans}
    switches = sum(
        handovers(holds)
        for view, process in zip(views, everyone, strict=True)
        for gil, holds in view.holds.items()
        if (process.pid, gil) in shared
    )
    seen_s = _seen_ns(working, start) / 1e9 if quality.cut else window_s
    tells = quality.layer in {Layer.EXACT, Layer.SAMPLED} and window_s > 0
    return {
        **quality.document(),
        "window_s": window_s,
        "gils": len({numbers[_key(thread)] for thread in working}) if numbers else 0,
        "handovers_per_s": round(switches / (seen_s or window_s), 1) if tells else None,
        "longest_wait": longest,
        "sentence": sentence(figures) if one.spans else of_a_program(figures),
        "threads": [
            _document(thread, numbers.get(_key(thread), 0), works=thread.identity in told)
            for thread in threads
        ],
    }


def _in_order(threads: Iterable[Thread]) -> list[Thread]:
    """Put those with tasks first, in their own order; of the others only those that were seen."""
    every = list(threads)
    return [each for each in every if each.tasks] + [each for each in every if not each.tasks and each.pieces]


def _key(thread: Thread) -> tuple[int, int]:
    return thread.process.pid, thread.gil


def _numbers(threads: Sequence[Thread], layer: Layer) -> dict[tuple[int, int], int]:
    """Number the GILs from 0 in order of display; a build without a GIL has none."""
    if layer is Layer.NONE:
        return {}
    return {key: number for number, key in enumerate(dict.fromkeys(map(_key, threads)))}


def _busy(threads: Sequence[Thread]) -> list[Thread]:
    """Those that did something, in a program that has no tasks; all, if none did."""
    found = []
    for thread in threads:
        start, end = thread.process.window
        active = sum(thread.spent[state] for state in State if state is not State.BLOCKED)
        if active > BUSY * (end - start):
            found.append(thread)
    return found or list(threads)


def _document(thread: Thread, gil: int, *, works: bool) -> dict[str, Any]:
    start, _ = thread.process.window
    wait = thread.longest_wait()
    told = thread.seconds()
    return {
        "name": thread.name,
        "process": thread.process.who,
        "gil": gil,
        "works": works,
        "lived_s": thread.lived_s,
        **{_KEYS[state]: told[state] for state in State},
        "on_cpu_s": None if thread.holders.tells_states else thread.on_cpu_s(),
        "longest_wait_s": (wait.length_ns / 1e9 if wait else 0.0) if thread.holders.tells_gil else None,
        "states": _states(thread.pieces, start),
        "tasks": [[span.task, _us(span.start_ns - start), _us(span.end_ns - start)] for span in thread.tasks],
    }


def _states(pieces: Sequence[Piece[Doing]], start_ns: int) -> list[list[Any]]:
    """Few enough for drawing, in microseconds; what is too short to be drawn alone says its shares."""
    plainer = (whole(piece.start_ns, piece.end_ns, next(iter(piece.shares)).state) for piece in pieces)
    coarse: list[list[Any]] = []
    for piece in fitting(plainer, MOST_STATES):
        begin, end = _us(piece.start_ns - start_ns), _us(piece.end_ns - start_ns)
        if end > begin and piece.mixed:
            shares = {state.value: round(spent / piece.length_ns, 3) for state, spent in piece.shares.items()}
            coarse.append([begin, end, "mixed", shares])
        elif end > begin:
            coarse.append([begin, end, next(iter(piece.shares)).value])
    return coarse


def _longest(threads: Sequence[Thread]) -> dict[str, Any] | None:
    waits = [(thread, wait) for thread in threads if (wait := thread.longest_wait()) is not None]
    if not waits:
        return None
    thread, wait = max(waits, key=lambda pair: pair[1].length_ns)
    (doing,) = wait.shares
    inside = thread.holders.during(doing.gil, wait)
    holder, holds = next(iter(inside.items()), (None, []))
    return {
        "thread": thread.name,
        "process": thread.process.who,
        "seconds": wait.length_ns / 1e9,
        "holder": None if holder is None else thread.process.threads[holder],
        "function": thread.holders.function(holds),
    }


def _together(views: Sequence[Holders], window_s: float) -> float:
    """Share of the window in which at least two threads of one process ran, in the best of them."""
    running = {State.HOLDS, State.RELEASED}
    shares = [
        sum(
            level.length_ns
            for level in levels(view.pieces.values(), running, window)
            if max(level.shares) > 1
        )
        for view in views
        if (window := view.window)
    ]
    return max(shares, default=0) / 1e9 / (window_s or 1)


def _worker(thread: Thread, window_s: float) -> Worker:
    told = thread.seconds()
    on_cpu_s = thread.on_cpu_s()
    scale = window_s or 1
    return Worker(
        name=_label(thread.process.who, thread.name),
        process=thread.process.pid,
        gil=thread.gil,
        shares={state: seconds / scale for state, seconds in told.items() if seconds is not None},
        unseen=thread.unseen(),
        on_cpu=None if on_cpu_s is None else on_cpu_s / scale,
    )


def _seen_ns(threads: Iterable[Thread], start_ns: int) -> int:
    """How far a record that was cut reaches."""
    ends = [piece.end_ns for thread in threads for piece in thread.pieces if _UNKNOWN not in piece.shares]
    return max(ends, default=start_ns) - start_ns


def _label(process: str, name: str) -> str:
    if not process:
        return name
    return process if name == "main" else f"{name} of {process}"


def _us(span_ns: int) -> int:
    return round(span_ns / 1000)
