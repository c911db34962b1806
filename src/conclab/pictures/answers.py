"""What a picture says of each variant of a run: numbers and words, no shapes.

Reads the document of run.json alone. A variant that failed or was left out is an answer too.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING, Any

from conclab.numerals import digits, duration, factor
from conclab.pictures import searches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


NOTHING = "no block finished"


class Tone(StrEnum):
    """How an answer is meant; the first four are verdicts, the last three say how often a bug was found."""

    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same"
    INCONCLUSIVE = "inconclusive"
    BASELINE = "baseline"
    MISSING = "missing"
    FOUND = "found"
    SOMETIMES = "sometimes"
    MISSED = "missed"


OFTEN = {searches.EVERY: Tone.FOUND, searches.SOME: Tone.SOMETIMES, searches.NONE: Tone.MISSED}


@dataclass(frozen=True, slots=True)
class Answer:
    """One row. `low` and `high` are None where the interval has no end, or where there is no estimate."""

    name: str
    detail: str
    tone: Tone
    headline: str
    remark: str = ""
    points: tuple[float, ...] = ()
    misses: tuple[bool, ...] = ()  # of the points: whether the search was given up there
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    predicted: tuple[float, float | None] | None = None
    ideal: int | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """All rows on one scale: speedups, or seconds where the run compares nothing."""

    rows: tuple[Answer, ...]
    in_seconds: bool
    baseline: str | None  # its name, where all have the same


def answers(run: Mapping[str, Any]) -> Answers:
    """Say something of every variant, in the run's order; those left out come last."""
    variants = run.get("variants") or []
    compared = [_ratios(variant, variants) for variant in variants]
    in_seconds = all(_is_baseline(variant) for variant in variants) and any(map(_seen, variants))
    several = len({variant.get("interpreter") for variant in variants}) > 1
    ideals = _ideals(run)
    rows = []
    for variant, ratios in zip(variants, compared, strict=True):
        detail = _detail(variant, several=several)
        if variant.get("error"):
            rows.append(_missing(variant["name"], detail, "failed", variant["error"]))
        elif variant.get("search"):
            rows.append(_searched(variant, detail))
        elif in_seconds:
            rows.append(_timed(variant, detail))
        elif _is_baseline(variant):
            rows.append(_baseline(variant, detail))
        elif ratios:
            rows.append(_compared(variant, detail, ratios=ratios, ideal=ideals.get(variant["name"])))
        else:
            why = "its baseline has none" if _seen(variant) else ""
            rows.append(_missing(variant["name"], detail, "no block to compare" if why else NOTHING, why))
    rows += [_missing(one["name"], "", "left out", one["reason"]) for one in run.get("left_out") or []]
    names = {variant["baseline"] for variant in variants if variant.get("baseline")}
    return Answers(tuple(rows), in_seconds, names.pop() if len(names) == 1 else None)


def caption(run: Mapping[str, Any]) -> str:
    """Say in one line what the picture rests on."""
    blocks = len(run.get("blocks") or [])
    where = run.get("environment") or {}
    cores = where.get("cores_usable")
    interpreters = [_interpreter(one) for one in run.get("interpreters") or []]
    parts = [f"{blocks} block{'s' * (blocks != 1)}", *interpreters]
    parts.append(f"{cores} core{'s' * (cores != 1)} usable" if cores else "")
    parts.append("" if run.get("complete", True) else "stopped early: not complete")
    return textwrap.shorten(" | ".join(part for part in parts if part), 150, placeholder="...")


def _interpreter(facts: Mapping[str, Any]) -> str:
    exact = re.search(r"\d+\.\d+\.\d+\w*", facts.get("version_line") or facts.get("version") or "")
    gil = "no GIL" if facts["gil"] == "none" else f"GIL {facts['gil']}"
    return f"{facts['name']} ({exact.group()}, {gil})" if exact else f"{facts['name']} ({gil})"


def _detail(variant: Mapping[str, Any], *, several: bool) -> str:
    if variant.get("search"):
        return str(variant.get("interpreter")) if several else ""
    workers = variant.get("workers")
    parts = [variant.get("strategy") if variant.get("strategy") != variant["name"] else None]
    parts.append(variant.get("interpreter") if several else None)
    parts.append(f"{workers} worker{'s' * (workers != 1)}" if workers else None)
    return ", ".join(part for part in parts if part)


def _missing(name: str, detail: str, what: str, why: str = "") -> Answer:
    return Answer(name, detail, Tone.MISSING, what, " ".join(why.split()))


def _baseline(variant: Mapping[str, Any], detail: str) -> Answer:
    times = _seen(variant)
    if not times:
        return _missing(variant["name"], detail, NOTHING)
    return Answer(
        variant["name"], detail, Tone.BASELINE, "baseline", f"median {duration(median(times))}", estimate=1.0
    )


def _timed(variant: Mapping[str, Any], detail: str) -> Answer:
    times = _seen(variant)
    if not times:
        return _missing(variant["name"], detail, NOTHING)
    middle = median(times)
    return Answer(
        variant["name"],
        detail,
        Tone.BASELINE,
        duration(middle),
        f"median of {len(times)}",
        points=tuple(times),
        estimate=middle,
    )


def _searched(variant: Mapping[str, Any], detail: str) -> Answer:
    """The time of every search, until the bug was found or the search given up."""
    often = searches.how_often(variant)
    if often is None:
        return _missing(variant["name"], detail, NOTHING)
    made = searches.trials(variant)
    hits = [seconds for hit, _, seconds in made if hit]
    told = f"{searches.after(variant)}, {searches.time_until_found(variant)}" if hits else ""
    return Answer(
        variant["name"],
        detail,
        OFTEN[often],
        f"found in {searches.found(variant)}",
        told or f"{searches.in_vain(variant)} in vain",
        points=tuple(seconds for _, _, seconds in made),
        misses=tuple(not hit for hit, _, _ in made),
        estimate=median(hits or [seconds for _, _, seconds in made]),
    )


def _compared(variant: Mapping[str, Any], detail: str, *, ratios: list[float], ideal: int | None) -> Answer:
    speedup = variant.get("speedup") or {}
    verdict = variant.get("verdict")
    estimate, low, high = (speedup.get(key) for key in ("estimate", "low", "high"))
    answer = variant.get("answer") or verdict or ""
    headline = f"{answer} {factor(estimate)} {_interval(low, high)}" if estimate else verdict
    predicted = variant.get("predicted") or {}  # of times, or of something else: then without a range
    span = (predicted["low"], predicted.get("high")) if predicted.get("low") else None
    return Answer(
        variant["name"],
        detail,
        Tone(verdict) if verdict else Tone.INCONCLUSIVE,
        (headline or f"not judged; median {factor(median(ratios))}").strip(),
        _remark(span, variant.get("agrees")) if span else "",
        points=tuple(ratios),
        estimate=estimate,
        low=low,
        high=high,
        predicted=span,
        ideal=ideal,
    )


def _interval(low: float | None, high: float | None) -> str:
    return f"[{'0' if low is None else digits(low)}, {'∞' if high is None else digits(high)}]"


def _remark(span: tuple[float, float | None], agrees: str | None) -> str:
    low, high = span
    lead = {"holds": "as predicted:", "fails": "surprise: predicted", "unclear": "unclear: predicted"}
    return (
        f"{lead.get(agrees or '', 'predicted')} {factor(low)} {f'to {factor(high)}' if high else 'or more'}"
    )


def _is_baseline(variant: Mapping[str, Any]) -> bool:
    return variant.get("baseline") in (None, variant["name"])


def times_of(variant: Mapping[str, Any]) -> list[float | None]:
    """One figure a block: the time of the batch, or of the search within it."""
    return list((variant.get("search") or {}).get("seconds") or variant.get("times_s") or [])


def _seen(variant: Mapping[str, Any]) -> list[float]:
    return [time for time in times_of(variant) if time]


def _ratios(variant: Mapping[str, Any], variants: Sequence[Mapping[str, Any]]) -> list[float]:
    """List the speedup of every block in which both were measured."""
    if _is_baseline(variant):
        return []
    same_name = [other for other in variants if other["name"] == variant["baseline"]]
    # one name may occur once for each interpreter
    same_name.sort(key=lambda other: other.get("interpreter") != variant.get("interpreter"))
    if not same_name:
        return []
    pairs = zip(same_name[0].get("times_s") or [], variant.get("times_s") or [], strict=False)
    return [base / time for base, time in pairs if base and time]


def _ideals(run: Mapping[str, Any]) -> dict[str, int]:
    """Say what perfect scaling would be, for the variants whose claim needs cores."""
    cores = (run.get("environment") or {}).get("cores_usable")
    if not cores:
        return {}
    return {
        variant["name"]: min(variant["workers"], cores)
        for variant in run.get("variants") or []
        if (variant.get("predicted") or {}).get("parallel") and variant.get("workers")
    }
