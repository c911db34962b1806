"""Where everything in the page's chart lies: percent across, pixels down. The template draws it.

Percent, because a row is as wide as the window lets it be, and its text must not be scaled with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, log2
from typing import TYPE_CHECKING, Any

from conclab.numerals import duration, factor, interval, measured, middle
from conclab.pictures.answers import Answer, Answers, Tone, answers, times_of
from conclab.pictures.searches import searching, trial
from conclab.pictures.ticks import octave_ticks, round_ticks
from conclab.report.words import answer, detail, is_baseline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

HEIGHT = 56  # of a row, in pixels
GOLDEN = 0.6180339887  # spreads any number of points evenly, without a random generator
AGREES = {"holds": "as predicted:", "fails": "surprise: predicted", "unclear": "unclear: predicted"}
ROOM = 5  # labels that fit side by side on a telephone
STEPS = (1.05, 1.1, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Dot:
    """One block of one variant."""

    block: int
    x: float
    y: float
    words: str
    missed: bool = False  # a search that was given up


@dataclass(frozen=True, slots=True)
class Row:
    """One variant in both views: `dots` on the common axis, `trail` in block order."""

    name: str
    detail: str
    tone: Tone
    headline: str
    remark: str
    median: str = ""
    spread: str = ""
    dots: tuple[Dot, ...] = ()
    trail: tuple[Dot, ...] = ()
    strokes: tuple[str, ...] = ()  # the trail as a line, interrupted where a trial is missing
    estimate: float | None = None
    whisker: tuple[float, float] | None = None
    caps: tuple[float, ...] = ()
    band: tuple[float, float] | None = None  # its left edge and its width
    ideal: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled position on the axis."""

    x: float
    label: str
    minor: bool = False  # left out where there is no room


@dataclass(frozen=True, slots=True)
class Chart:
    """All rows on one scale: speedups, or seconds where the run compares nothing."""

    rows: tuple[Row, ...]
    ticks: tuple[Mark, ...]
    one: float | None
    ceiling: Mark | None
    ideal: Mark | None
    in_seconds: bool
    label: str
    level: str
    step: str
    guides: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """A logarithmic axis. Its ends are powers of two, and what lies outside is drawn at the end."""

    low: float
    high: float

    def at(self, value: float | None) -> float:
        """Percent from the left; None and zero lie at the left end."""
        share = (log2(value) - self.low) / (self.high - self.low) if value else 0.0
        return round(100 * min(1.0, max(0.0, share)), 2)


def chart(run: Mapping[str, Any]) -> Chart:
    """Lay out every variant, those that failed or were left out included."""
    shown = answers(run)
    ceiling = None if shown.in_seconds else ((run["ceiling"] or {}).get("speedup") or {}).get("estimate")
    scale = _scale(shown.rows, [] if shown.in_seconds else [ceiling or 1.0, 0.72, 1.4])
    swing = _swing(run["variants"])
    step = max((step for step in STEPS if log(step) <= swing), default=STEPS[0])
    lift = (HEIGHT / 2 - 4) * log(step) / swing
    rows = [
        _row(row, variant, scale=scale, swing=swing, run=run)
        for row, variant in zip(shown.rows, run["variants"], strict=False)
    ]
    rows += [
        Row(one["name"], "", Tone.MISSING, "left out", one["reason"]) for one in run.get("left_out") or []
    ]
    ideals = {row.ideal for row in shown.rows if row.ideal}
    ideal = ideals.pop() if len(ideals) == 1 else None
    return Chart(
        rows=tuple(rows),
        ticks=tuple(_ticks(scale, in_seconds=shown.in_seconds)),
        one=None if shown.in_seconds else scale.at(1.0),
        ceiling=Mark(scale.at(ceiling), f"this machine's ceiling {factor(ceiling)}") if ceiling else None,
        ideal=Mark(scale.at(ideal), f"ideal {ideal}x") if ideal else None,
        in_seconds=shown.in_seconds,
        label=_label(run, shown),
        level=_level(run["variants"]),
        step=f"{step:g}",
        guides=(round(HEIGHT / 2 - lift, 1), round(HEIGHT / 2 + lift, 1)),
    )


def _label(run: Mapping[str, Any], shown: Answers) -> str:
    if searching(run):
        return "Time until the bug was found, or the search given up"
    return "Time of one batch" if shown.in_seconds else f"Speedup over {shown.baseline or 'the baseline'}"


def blocks(
    variant: Mapping[str, Any], variants: Sequence[Mapping[str, Any]]
) -> list[tuple[int, float, float]]:
    """List block number, time and speedup for the blocks in which variant and baseline were measured."""
    same_name = [other for other in variants if other["name"] == variant["baseline"]]
    # one name may occur once for each interpreter
    same_name.sort(key=lambda other: other["interpreter"] != variant["interpreter"])
    pairs = zip(same_name[0]["times_s"] if same_name else [], variant["times_s"], strict=False)
    return [(block, own, base / own) for block, (base, own) in enumerate(pairs, 1) if base and own]


def _row(
    row: Answer,
    variant: Mapping[str, Any],
    *,
    scale: Scale,
    swing: float,
    run: Mapping[str, Any],
) -> Row:
    times_s = times_of(variant)
    trail = _trail(times_s, swing)
    who = detail(variant, run["variants"])
    if row.tone is Tone.MISSING:
        return Row(row.name, who, row.tone, row.headline, row.remark)
    has_interval = row.tone is not Tone.BASELINE and row.estimate is not None and not row.misses
    missed = {place for place, is_miss in enumerate(row.misses) if is_miss}
    return Row(
        row.name,
        who,
        row.tone,
        _headline(row, variant),
        _remark(row, variant),
        median=f"median {duration(middle(times_s))}",
        spread=_spread(times_s),
        dots=tuple(
            Dot(block, scale.at(value), _jitter(place), f"block {block}: {words}", place in missed)
            for place, (block, value, words) in enumerate(_values(row, variant, trail, run))
        ),
        trail=trail,
        strokes=tuple(_strokes(trail)),
        estimate=scale.at(row.estimate) if row.estimate else None,
        whisker=(scale.at(row.low), scale.at(row.high) if row.high else 100.0) if has_interval else None,
        caps=tuple(scale.at(end) for end in (row.low, row.high) if end) if has_interval else (),
        band=_band(scale, row.predicted),
        ideal=scale.at(row.ideal) if row.ideal else None,
    )


def _values(
    row: Answer, variant: Mapping[str, Any], trail: Sequence[Dot], run: Mapping[str, Any]
) -> list[tuple[int, float, str]]:
    """Block, position on the axis and words of every point."""
    if not is_baseline(variant):
        compared = blocks(variant, run["variants"])
        return [(block, ratio, f"{duration(own)}, {factor(ratio)}") for block, own, ratio in compared]
    return [
        (dot.block, time, trial(variant, dot.block - 1) if row.misses else duration(time))
        for dot, time in zip(trail, row.points, strict=False)
    ]


def _headline(row: Answer, variant: Mapping[str, Any]) -> str:
    if is_baseline(variant):
        return row.headline if row.tone is Tone.BASELINE and row.points else f"{answer(variant)}"
    return f"{answer(variant)} {interval(variant['speedup'])}" if row.estimate else row.headline


def _remark(row: Answer, variant: Mapping[str, Any]) -> str:
    if not row.predicted:
        return row.remark if row.points else f"median {duration(middle(variant['times_s']))}"
    low, high = row.predicted
    lead = AGREES.get(variant["agrees"] or "", "predicted")
    return f"{lead} {factor(low)} {f'to {factor(high)}' if high else 'or more'}"


def _scale(rows: Iterable[Answer], always: Iterable[float]) -> Scale:
    """Fit the axis to everything that is drawn."""
    values = [*always]
    for row in rows:
        values += row.points
        values += [value for value in (row.estimate, row.low, row.high, row.ideal) if value]
        values += [value for value in row.predicted or () if value]
    low, high = log2(min(values, default=0.5)), log2(max(values, default=2.0))
    margin = max(0.12, 0.05 * (high - low))
    return Scale(low - margin, high + margin)


def _ticks(scale: Scale, *, in_seconds: bool) -> Iterator[Mark]:
    """Choose labels for the axis; every second one may go, but 1x never does."""
    ends = (scale.low, scale.high)
    ticks = round_ticks(*(2**end for end in ends)) if in_seconds else octave_ticks(*ends)
    first = ticks.index(1.0) if 1.0 in ticks else 0
    for place, tick in enumerate(ticks):
        minor = len(ticks) > ROOM and (place - first) % 2 == 1
        yield Mark(scale.at(tick), duration(tick) if in_seconds else _ratio(tick), minor)


def _ratio(tick: float) -> str:
    """`1.5x`, but `1/64x`: a power of two is easier to read so than with four digits."""
    if tick >= 0.125:  # noqa: PLR2004
        return f"{tick:g}x"
    return f"1/{1 / tick:g}x" if (1 / tick).is_integer() else factor(tick)


def _band(scale: Scale, predicted: tuple[float, float | None] | None) -> tuple[float, float] | None:
    if not predicted:
        return None
    left, right = scale.at(predicted[0]), scale.at(predicted[1]) if predicted[1] else 100.0
    return left, round(right - left, 2)


def _swing(variants: Iterable[Mapping[str, Any]]) -> float:
    """Find the largest distance of a time from its variant's median, so that every row has the same scale."""
    far = [log(1.1)]
    for variant in variants:
        centre = middle(times_of(variant))
        far += [abs(log(time / centre)) for time in measured(times_of(variant)) if time and centre]
    return max(far)


def _trail(times_s: Sequence[float | None], swing: float) -> tuple[Dot, ...]:
    centre = middle(times_s)
    return tuple(
        Dot(
            block,
            round(100 * (block - 0.5) / len(times_s), 2),
            round(HEIGHT / 2 - (HEIGHT / 2 - 4) * log(time / centre) / swing, 1),
            f"block {block}: {duration(time)}",
        )
        for block, time in enumerate(times_s, 1)
        if time and centre
    )


def _strokes(trail: Sequence[Dot]) -> Iterator[str]:
    """Join neighbouring blocks. In tenths of a percent: the line's own drawing is 1000 wide."""
    stroke: list[Dot] = []
    for dot in trail:
        if stroke and dot.block != stroke[-1].block + 1:
            yield _stroke(stroke)
            stroke = []
        stroke.append(dot)
    if stroke:
        yield _stroke(stroke)


def _stroke(dots: Iterable[Dot]) -> str:
    return " ".join(f"{10 * dot.x:.1f},{dot.y}" for dot in dots)


def _spread(times_s: Iterable[float | None]) -> str:
    times = measured(times_s)
    return f"{duration(min(times))} to {duration(max(times))}"


def _jitter(place: int) -> float:
    return round(HEIGHT / 2 + ((place * GOLDEN) % 1 - 0.5) * HEIGHT / 2, 1)


def _level(variants: Iterable[Mapping[str, Any]]) -> str:
    levels = [variant["speedup"]["level"] for variant in variants if variant["speedup"]]
    return f"{100 * max(levels):.3g}% interval" if levels else "interval"
