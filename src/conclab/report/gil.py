"""The page's figures of the GIL: a table for each observed variant, and how it is known. Text only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conclab.numerals import digits, duration
from conclab.pictures.gil_states import LOOKS, words
from conclab.pictures.observed import Pass, label, longest_wait, method, passes, percent, states, threads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNKNOWN = "unknown"
MEANING = {
    "exact": "Exact means that every time a thread took the GIL, let go of it or waited for it was recorded.",
    "sampled": "Sampled means that another process looked at the threads again and again: what lasts less "
    "than the time between two looks may be missed, and all figures are estimates.",
    "derived": "Derived means that of each thread only its CPU time is known, not what it did with the GIL.",
}
MANY = 10  # a second: from here on without a point


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the time that a thread was there; `seconds` is empty where it is not known."""

    percent: str
    seconds: str


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """What one thread did, a share for each column."""

    name: str
    process: str
    shares: tuple[Share, ...]
    longest_wait: str


@dataclass(frozen=True, slots=True)
class Figures:
    """One observed variant. What its layer can't tell of any thread has no column."""

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[ThreadRow, ...]
    waits: bool  # whether there is a GIL to wait for, and the layer sees it
    processes: bool  # whether more than one took part
    facts: tuple[str, ...]


def figures(run: Mapping[str, Any]) -> list[Figures]:
    """Sum up every observed variant."""
    return [_figures(one, one.seen) for one in passes(run) if one.seen]


def known_by(run: Mapping[str, Any]) -> list[str]:
    """Say which layer saw it, why no better one did, and what that means."""
    observed = passes(run)
    layers = {one.layer for one in observed}
    meanings = [meaning for layer, meaning in MEANING.items() if layer in layers]
    return [*(f"{line}." for line in method(observed)), *meanings]


def _figures(one: Pass, seen: Mapping[str, Any]) -> Figures:
    there = threads(one)
    shown = [
        state for state in states(one) if state != "unknown" or any(thread["unknown_s"] for thread in there)
    ]
    on_cpu = any(thread["on_cpu_s"] is not None for thread in there)
    waits = any(thread["longest_wait_s"] is not None for thread in there)
    processes = len({thread["process"] for thread in there}) > 1 or any(t["process"] for t in there)
    columns = [words(state, layer=one.layer) for state in shown]
    rows = []
    for thread in there:
        seconds = [thread[LOOKS[state].figure] for state in shown]
        seconds += [thread["on_cpu_s"]] if on_cpu else []
        rows.append(
            ThreadRow(
                name=label({**thread, "process": ""}),
                process=thread["process"] or "lane",
                shares=tuple(_share(value, thread["lived_s"]) for value in seconds),
                longest_wait=duration(thread["longest_wait_s"]) if waits else "",
            )
        )
    return Figures(
        name=one.name,
        caption=f"{one.name}, observed for {duration(seen['window_s'])}",
        columns=(*columns, "on a CPU") if on_cpu else tuple(columns),
        rows=tuple(rows),
        waits=waits,
        processes=processes,
        facts=tuple(_facts(one, seen)),
    )


def _share(seconds: float | None, window_s: float) -> Share:
    if seconds is None:
        return Share(UNKNOWN, "")
    return Share(percent(seconds, window_s), duration(seconds))


def _facts(one: Pass, seen: Mapping[str, Any]) -> Iterator[str]:
    if one.layer == "none":
        yield "This build has no GIL: there is nothing to hold or to wait for."
    elif "holds" not in states(one):
        yield "This layer can't tell who held the GIL or who waited for it."
    if seen["gils"] > 1:
        yield f"There were {seen['gils']} GILs: each process and each subinterpreter has its own."
    rate = seen["handovers_per_s"]
    if rate is not None:
        often = f"{digits(rate) if rate < MANY else round(rate)} times a second"
        yield f"The GIL went to another thread {often}." if rate else "The GIL never went to another thread."
    wait = longest_wait(one)
    if wait:
        yield f"Longest wait: {wait}."
