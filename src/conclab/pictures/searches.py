"""What a face says of a search for a bug: in how many trials it was found, and after how much.

Reads the document of run.json alone: the part `search` of its variants. Words and numbers, no shapes.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from conclab.numerals import UNKNOWN, duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EVERY, SOME, NONE = "in every trial", "in some trials", "in no trial"


def searching(run: Mapping[str, Any]) -> bool:
    """Whether the run is about finding a bug; then nothing in it is compared by time."""
    return any(variant.get("search") for variant in run.get("variants") or [])


def found(variant: Mapping[str, Any]) -> str:
    """`0 of 19`."""
    share = (variant.get("search") or {}).get("share")
    return f"{share['found']} of {share['trials']}" if share else UNKNOWN


def share(variant: Mapping[str, Any]) -> str:
    """`0% [0, 18]`: the share of such trials that would find it."""
    known = (variant.get("search") or {}).get("share")
    if not known:
        return UNKNOWN
    ends = ", ".join(f"{100 * known[end]:.0f}" for end in ("low", "high"))
    return f"{known['found'] / known['trials']:.0%} [{ends}]"


def how_often(variant: Mapping[str, Any]) -> str | None:
    """In every trial, in some, in none; None without any."""
    known = (variant.get("search") or {}).get("share")
    if not known:
        return None
    return EVERY if known["found"] == known["trials"] else SOME if known["found"] else NONE


def after(variant: Mapping[str, Any]) -> str:
    """`5 schedules`, or the median and the range; of the trials that found it."""
    tries = [count for hit, count, _ in trials(variant) if hit]
    if not tries:
        return UNKNOWN
    unit = variant["search"]["unit"]
    spread = f" ({min(tries):,} to {max(tries):,})" if min(tries) != max(tries) else ""
    return f"{counted(median(tries), unit)}{spread}"


def time_until_found(variant: Mapping[str, Any]) -> str:
    """The median of the trials that found it."""
    times = [seconds for hit, _, seconds in trials(variant) if hit]
    return duration(median(times)) if times else UNKNOWN


def in_vain(variant: Mapping[str, Any]) -> str:
    """`1,000 runs, 118 ms`: what a trial took that gave up."""
    missed = [(count, seconds) for hit, count, seconds in trials(variant) if not hit]
    if not missed:
        return UNKNOWN
    tries = median(count for count, _ in missed)
    return f"{counted(tries, variant['search']['unit'])}, {duration(median(each[1] for each in missed))}"


def predicted(variant: Mapping[str, Any]) -> str:
    """`never`, `always`, or the share that was expected."""
    claim = variant.get("predicted")
    if not claim:
        return ""
    low, high = claim["low"], claim["high"]
    if high == 0:
        return "never"
    if low == 1:
        return "always"
    if low == 0:
        return f"at most {high:.0%}"
    return f"{low:.0%} to {high:.0%}" if high < 1 else f"at least {low:.0%}"


def trial(variant: Mapping[str, Any], block: int) -> str:
    """What came of one trial: `5 schedules, 11.4 ms`."""
    made = variant.get("search") or {}
    if block >= len(made.get("found") or []) or made["found"][block] is None:
        return UNKNOWN
    told = f"{counted(made['tries'][block], made['unit'])}, {duration(made['seconds'][block])}"
    return told if made["found"][block] else f"in vain: {told}"


def trials(variant: Mapping[str, Any]) -> list[tuple[bool, int, float]]:
    """Whether it was found, tries and seconds of every trial that was made."""
    made = variant.get("search") or {"found": [], "tries": [], "seconds": []}
    whole = zip(made["found"], made["tries"], made["seconds"], strict=True)
    return [(hit, tries, seconds) for hit, tries, seconds in whole if hit is not None]


def sentence(run: Mapping[str, Any]) -> str:
    """Answer the question from how often each search found the bug."""
    grouped: dict[str, list[str]] = {}
    for variant in run["variants"]:
        often = how_often(variant)
        if often:
            grouped.setdefault(often, []).append(f"{variant['name']}{_figures(variant, often)}")
    told = [f"{often} by {', '.join(grouped[often])}" for often in (EVERY, SOME, NONE) if often in grouped]
    return f"The bug was found {'; '.join(told)}." if told else "No block finished, so there is no answer."


def limits(run: Mapping[str, Any]) -> str:
    """What one trial may use up: `up to 1,000 runs (stress) or 1,000 schedules (explore)`."""
    known = {
        made["approach"]: counted(made["limit"], made["unit"])
        for variant in run["variants"]
        if (made := variant.get("search")) and made["limit"]
    }
    parts = [f"{limit} ({approach})" for approach, limit in known.items()]
    return f"up to {', '.join(parts[:-1])} or {parts[-1]}" if len(parts) > 1 else f"up to {''.join(parts)}"


def stories(run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every failing schedule that was told, once, with the variants that found it."""
    grouped: dict[str, list[str]] = {}
    for variant in run["variants"]:
        story = (variant.get("search") or {}).get("story")
        if story:
            grouped.setdefault(story, []).append(variant["name"])
    for story, names in grouped.items():
        yield ", ".join(names), story


def counted(number: float, unit: str) -> str:
    """`1 run`, `1,000 runs`."""
    return f"{number:,.0f} {unit if number != 1 else unit.removesuffix('s')}"


def _figures(variant: Mapping[str, Any], often: str) -> str:
    if often == NONE:
        return f" ({in_vain(variant)})"
    many = f"{found(variant)}, " if often == SOME else ""
    return f" ({many}after {after(variant).partition(' (')[0]}, {time_until_found(variant)})"
