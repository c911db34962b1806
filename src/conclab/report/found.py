"""The page's part on searches for a bug: how often each found it, and the schedule that fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conclab.pictures import searches
from conclab.report.words import AGREES, answer, detail

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: what was predicted of a search, and what it brought."""

    name: str
    detail: str
    found: str
    share: str
    after: str
    time: str
    in_vain: str
    predicted: str
    guess: str
    agrees: str
    why: str
    surprise: str


@dataclass(frozen=True, slots=True)
class Program:
    """The text in which the bug is looked for."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that the page says of a run that looks for a bug."""

    lines: tuple[Line, ...]
    level: str
    limits: str
    programs: tuple[Program, ...]
    stories: tuple[tuple[str, str], ...]


def found(run: Mapping[str, Any]) -> Found | None:
    """Say it all; None for a run that looks for no bug."""
    if not searches.searching(run):
        return None
    variants = run["variants"]
    levels = [one["search"]["share"]["level"] for one in variants if (one.get("search") or {}).get("share")]
    return Found(
        lines=tuple(_line(variant, run) for variant in variants),
        level=f"{100 * max(levels):.3g}% interval" if levels else "interval",
        limits=searches.limits(run),
        programs=tuple(
            Program(one["name"], one["program"]) for one in run["workloads"] if one.get("program")
        ),
        stories=tuple(searches.stories(run)),
    )


def grid(run: Mapping[str, Any]) -> list[tuple[int, list[str]]]:
    """List what every trial of every search brought."""
    count = max((len(variant["times_s"]) for variant in run["variants"]), default=0)
    return [
        (block + 1, [searches.trial(variant, block) for variant in run["variants"]]) for block in range(count)
    ]


def _line(variant: Mapping[str, Any], run: Mapping[str, Any]) -> Line:
    return Line(
        name=variant["name"],
        detail=detail(variant, run["variants"]),
        found="failed" if variant["error"] else answer(variant).removeprefix("found in "),
        share=searches.share(variant),
        after=searches.after(variant),
        time=searches.time_until_found(variant),
        in_vain=searches.in_vain(variant),
        predicted=searches.predicted(variant),
        guess=variant.get("guess") or "",
        agrees=AGREES.get(variant["agrees"] or "", ""),
        why=(variant["predicted"] or {}).get("because", ""),
        surprise=variant.get("surprise") or "",
    )
