"""What a face says of the observed passes of a run: which threads, their figures, how it is known. No shapes.

Reads the document of run.json alone. A variant of which nothing was seen is told with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from conclab.numerals import duration
from conclab.pictures.gil_states import LOOKS, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

UNKNOWN = "?"
MAIN = "main thread"
NOTABLE = 0.02  # a thread that ran no task is told of if it held the GIL for this share of the time
LAYERS = {
    "exact": "exact",
    "sampled": "sampled",
    "derived": "derived from CPU times",
    "none": "none, this build has no GIL",
}
NUMBERS = 12  # tasks that are named in an order; the others are counted


@dataclass(frozen=True, slots=True)
class Pass:
    """One variant's observed pass. `seen` is None where there is none, and `why` says why."""

    name: str
    seen: Mapping[str, Any] | None
    why: str = ""

    @property
    def layer(self) -> str:
        """The layer's word in run.json."""
        return str(self.seen["layer"]) if self.seen else ""

    @property
    def drawn(self) -> bool:
        """Whether anything is known of states from one moment to the next."""
        return bool(self.seen) and any(thread["states"] for thread in threads(self))


@dataclass(frozen=True, slots=True)
class Order:
    """The numbers of one variant's tasks as they started and as they ended, in words."""

    name: str
    started: str
    ended: str


def passes(run: Mapping[str, Any]) -> tuple[Pass, ...]:
    """List every variant of a run that was observed, in its order; empty if none was."""
    seen = (run.get("trace") or {}).get("gil") or {}
    if not seen:
        return ()
    variants = {variant["name"]: variant for variant in run.get("variants") or []}
    return tuple(
        Pass(name, seen.get(name), "" if name in seen else _missing(name, variants[name], run))
        for name in dict.fromkeys([*variants, *seen])
    )


def _missing(name: str, variant: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """Find the reason among what the run says of the variant; the GIL's own comes first."""
    if variant.get("error"):
        return "not observed: it failed"
    for where in ("GIL summary", "trace"):
        lead = f"{name} is not in the {where}: "
        for caution in run.get("cautions") or []:
            if caution.startswith(lead):
                return f"not observed: {caution.removeprefix(lead)}"
    return "not observed"


def threads(one: Pass) -> list[Mapping[str, Any]]:
    """Those that ran tasks, and helpers that held the GIL for long enough to matter."""
    seen = one.seen or {"threads": []}
    return [
        thread
        for thread in seen["threads"]
        if thread["works"] or (thread["held_s"] or 0.0) >= NOTABLE * seen["window_s"] > 0
    ]


def label(thread: Mapping[str, Any]) -> str:
    """Name a thread: by its process where that one has a single thread that works."""
    name = MAIN if thread["name"] in {"main", "MainThread"} else str(thread["name"])
    process = str(thread["process"])
    if not process:
        return name
    return process if name in {MAIN, process} else f"{process}, {name}"


def states(one: Pass) -> list[str]:
    """The states that this layer can tell apart, in display order."""
    there = threads(one)
    return [
        state
        for state, look in LOOKS.items()
        if (one.layer != "none" or state not in {"holds", "waits"})
        and any(thread[look.figure] is not None for thread in there)
    ]


def percent(seconds: float | None, of_s: float) -> str:
    """`49%`, `<1%`, or a question mark: unknown is not zero."""
    if seconds is None or of_s <= 0:
        return UNKNOWN
    share = 100 * seconds / of_s
    return "<1%" if 0 < share < 0.5 else f"{share:.0f}%"  # noqa: PLR2004 - what would be rounded to zero


def largest(thread: Mapping[str, Any], one: Pass, *, most: int = 2) -> str:
    """Say in what a thread spent its time: `held 49%, waited 50%`."""
    window_s = thread["lived_s"]
    if thread["on_cpu_s"] is not None and not any(thread[look.figure] for look in LOOKS.values()):
        return f"on a CPU {percent(thread['on_cpu_s'], window_s)}"
    told = [
        (thread[LOOKS[state].figure], short(state, layer=one.layer), place)
        for place, state in enumerate(LOOKS)
        if (thread[LOOKS[state].figure] or 0.0) >= 0.005 * window_s > 0
    ]
    kept = sorted(sorted(told, reverse=True)[:most], key=lambda each: each[2])
    return ", ".join(f"{word} {percent(seconds, window_s)}" for seconds, word, _ in kept)


def longest_wait(one: Pass) -> str:
    """`worker-2 for 4.70 ms, while worker-1 held the GIL in count_primes`."""
    wait = one.seen["longest_wait"] if one.seen else None
    if not wait:
        return ""
    where = f" in {wait['function']}" if wait["function"] else ""
    holder = f", while {wait['holder']} held the GIL{where}" if wait["holder"] else ""
    return f"{label({**wait, 'name': wait['thread']})} for {duration(wait['seconds'])}{holder}"


def method(observed: Iterable[Pass]) -> list[str]:
    """Say how well it is known: one line for each layer and each reason why it was no better one."""
    grouped: dict[tuple[str, ...], list[Pass]] = {}
    for one in observed:
        if one.seen:
            key = (one.layer, one.seen["because"] or "", one.seen["cut"] or "")
            grouped.setdefault(key, []).append(one)
    if len(grouped) == 1:
        return [f"GIL layer: {_known_by(group)}" for group in grouped.values()]
    return [
        f"GIL layer of {', '.join(one.name for one in group)}: {_known_by(group)}"
        for group in grouped.values()
    ]


def _known_by(group: Sequence[Pass]) -> str:
    seen = group[0].seen or {}
    rates = [f"{rate:.0f}" for rate in sorted(one.seen["rate_hz"] or 0.0 for one in group if one.seen)]
    often = rates[0] if rates[0] == rates[-1] else f"{rates[0]} to {rates[-1]}"
    parts = [
        LAYERS[group[0].layer],
        f"({often} looks a second)" if rates[-1] != "0" else "",
        f"because {seen['because']}" if seen["because"] else "",
        f"(missing: {seen['cut']})" if seen["cut"] else "",
    ]
    return " ".join(part for part in parts if part)


def orders(run: Mapping[str, Any]) -> list[Order]:
    """Say of every variant in which order its tasks started and ended, where that is known."""
    known = (run.get("trace") or {}).get("order") or {}
    return [
        Order(
            name,
            numbers(order["started"]),
            "the same" if order["started"] == order["ended"] else numbers(order["ended"]),
        )
        for name, order in known.items()
    ]


def numbers(tasks: Sequence[int]) -> str:
    """`0 1 2`; longer rows of neighbours as `0..7`, and what is too long is cut and counted."""
    rows: list[list[int]] = []
    for task in tasks:
        if rows and _goes_on(rows[-1], task):
            rows[-1].append(task)
        else:
            rows.append([task])
    parts: list[str] = []
    told = 0
    for row in rows:
        if len(parts) >= NUMBERS:
            return f"{' '.join(parts)} and {len(tasks) - told} more"
        parts += [f"{row[0]}..{row[-1]}"] if len(row) > 3 else map(str, row)  # noqa: PLR2004
        told += len(row)
    return " ".join(parts) or "none"


def _goes_on(row: Sequence[int], task: int) -> bool:
    step = task - row[-1]
    return step in {1, -1} and all(after - before == step for before, after in pairwise(row))
