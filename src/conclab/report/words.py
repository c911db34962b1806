"""What the page says of a run's answers: numbers as text, and sentences. No shapes, no markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conclab.numerals import duration, factor, interval, measured, middle
from conclab.pictures import searches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AGREES = {"holds": "yes", "fails": "surprise", "unclear": "unclear"}
FEW = 4  # so many variants get a sentence each; more are grouped by their answer


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table of prediction and measurement."""

    name: str
    detail: str
    time: str
    startup: str
    speedup: str
    answer: str
    predicted: str
    guess: str
    agrees: str
    why: str
    surprise: str


def lines(run: Mapping[str, Any]) -> list[Line]:
    """Put the prediction of every variant beside what was measured."""
    variants = run["variants"]
    return [
        Line(
            name=variant["name"],
            detail=detail(variant, variants),
            time=duration(middle(variant["times_s"])),
            startup=duration(variant["startup_s"]),
            speedup=interval(variant["speedup"]),
            answer=answer(variant),
            predicted=predicted(variant),
            guess=variant.get("guess") or "",
            agrees=AGREES.get(variant["agrees"] or "", ""),
            why=(variant["predicted"] or {}).get("because", ""),
            surprise=variant.get("surprise") or "",
        )
        for variant in variants
    ]


def sentence(run: Mapping[str, Any]) -> str:
    """Answer the question in words, from the findings alone."""
    variants = run["variants"]
    if searches.searching(run):
        return searches.sentence(run)
    if any(variant["sightings"] for variant in variants):
        return _seen(variants)
    ceiling = ((run["ceiling"] or {}).get("speedup") or {}).get("estimate")
    told = [variant for variant in variants if not is_baseline(variant) or variant["error"]]
    if not told:
        told = [variant for variant in variants if measured(variant["times_s"])]
    found = [(variant["name"], answer(variant), _figure(variant, ceiling)) for variant in told]
    if not found:
        return "No block finished, so there is no answer."
    if len(found) <= FEW:
        return " ".join(f"{capital(name)}: {word}{_bracketed(figure)}." for name, word, figure in found)
    grouped: dict[str, list[str]] = {}
    for name, word, figure in found:
        grouped.setdefault(word, []).append(f"{name}{_bracketed(figure)}")
    return " ".join(f"{capital(word)}: {', '.join(names)}." for word, names in grouped.items())


def answer(variant: Mapping[str, Any]) -> str:
    """Say in a word or two what came out for a variant."""
    if variant["error"]:
        return "failed"
    if not measured(variant["times_s"]):
        return "not measured"
    if variant.get("search"):
        return f"found in {searches.found(variant)}"
    if is_baseline(variant):
        return "baseline"
    return variant.get("answer") or variant["verdict"] or "not judged"


def capital(text: str) -> str:
    """Begin a sentence, but leave names like `copy.copy` and `asyncio-to-thread` as they are written."""
    first = text.split(" ", maxsplit=1)[0].removesuffix(":")
    return text[:1].upper() + text[1:] if first.isalpha() else text


def _figure(variant: Mapping[str, Any], ceiling: float | None) -> str:
    speedup = variant["speedup"]
    if variant["error"]:
        return ""
    if not speedup:
        time = middle(variant["times_s"])
        return f"{duration(time)} a batch" if time is not None else ""
    estimate, low, high = (speedup[key] for key in ("estimate", "low", "high"))
    if answer(variant) == "inconclusive":  # an estimate that bounds nothing would be read as an answer
        return f"between {factor(low)} and {factor(high)}" if low and high else "too few blocks"
    if not ceiling or not (variant["predicted"] or {}).get("parallel"):
        return factor(estimate)
    # Both were measured with an error: what is above the ceiling can't be called a part of it.
    beside = "of a possible" if estimate <= ceiling else "beside a measured ceiling of"
    return f"{factor(estimate)} {beside} {factor(ceiling)}"


def _seen(variants: Sequence[Mapping[str, Any]]) -> str:
    """Group the variants by the cases in which the caller sees what the worker did."""
    grouped: dict[str, list[str]] = {}
    for variant in variants:
        cases = [seen["case"] for seen in variant["sightings"]]
        changed = [seen["case"] for seen in variant["sightings"] if seen["changed"]]
        if not cases:
            continue
        if changed:
            where = "in every case" if changed == cases else f"only for {', '.join(changed)}"
        else:
            where = "in no case"
        grouped.setdefault(where, []).append(variant["name"])
    told = "; ".join(f"{where} with {', '.join(names)}" for where, names in grouped.items())
    return f"The caller sees the change {told}."


def predicted(variant: Mapping[str, Any]) -> str:
    """`0.75x to 1.07x`, or in which cases the caller should see the change."""
    claim = variant["predicted"]
    if not claim:
        return ""
    if variant.get("search"):
        return searches.predicted(variant)
    if "shared" in claim:
        cases = {seen["case"] for seen in variant["sightings"]}
        if not claim["changed"]:
            return "change seen in no case"
        everything = cases and cases <= set(claim["changed"])
        return f"change seen {'in every case' if everything else 'for ' + ', '.join(claim['changed'])}"
    high = claim.get("high")
    return f"{factor(claim['low'])} {f'to {factor(high)}' if high else 'or more'}"


def detail(variant: Mapping[str, Any], variants: Sequence[Mapping[str, Any]]) -> str:
    """Say what a name alone leaves open, and nothing that is the same for all."""
    workers = variant["workers"]
    own = variant["strategy"]
    parts = ["" if own == variant["name"] or variant["name"].startswith(f"{own} on ") else own]
    parts.append(variant["interpreter"] if len({one["interpreter"] for one in variants}) > 1 else "")
    if variant.get("search"):
        return parts[1]
    parts.append(f"{workers} worker{'s' * (workers != 1)}")
    baselines = {one["baseline"] for one in variants if not is_baseline(one)}
    if len(baselines) > 1 and not is_baseline(variant):
        parts.append(f"against {variant['baseline']}")
    return ", ".join(part for part in parts if part)


def is_baseline(variant: Mapping[str, Any]) -> bool:
    """Whether others are compared with it, and it with nothing."""
    return variant["baseline"] in (None, variant["name"])


def _bracketed(text: str) -> str:
    return f" ({text})" if text else ""
