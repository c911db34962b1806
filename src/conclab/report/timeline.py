"""The page's timeline: where everything of the observed passes lies. The template draws it.

Across in ten thousandths of the axis, so that a row is as wide as the window lets it be; down in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conclab.numerals import duration
from conclab.pictures.gil_states import LOOKS, MIXED, TASK, words
from conclab.pictures.lanes import Group, Lane, end, explained, groups
from conclab.pictures.observed import passes
from conclab.pictures.ticks import plain_ticks
from conclab.report.chart import ROOM, Mark
from conclab.report.words import capital

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WIDE = 10_000  # of the drawing, whatever its width on the screen
BAR, BOX, GAP = 24, 13, 6  # heights in pixels: a thread's states, a task, between lanes
THIN = 5  # of WIDE: what is thinner is drawn so wide, or it would not be seen
LONG = 0.015  # of the axis: stretches that tell something when pointed at
DIGIT = 1.1  # percent of the axis that a digit of a task's number takes


@dataclass(frozen=True, slots=True)
class Hit:
    """What can be pointed at, in percent across and pixels down."""

    left: float
    width: float
    top: int
    height: int
    words: str


@dataclass(frozen=True, slots=True)
class Number:
    """A task's number in its box."""

    x: float
    y: float
    text: str
    minor: bool  # left out where there is no room


@dataclass(frozen=True, slots=True)
class Row:
    """One thread: a path for each state, one for its tasks."""

    name: str
    told: str
    height: int
    shapes: tuple[tuple[str, str], ...]
    boxes: str
    numbers: tuple[Number, ...]
    hits: tuple[Hit, ...]
    more_tasks: int


@dataclass(frozen=True, slots=True)
class Part:
    """One variant."""

    name: str
    sentence: str
    rows: tuple[Row, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """All variants on one time axis, and what has to be explained."""

    parts: tuple[Part, ...]
    ticks: tuple[Mark, ...]
    legend: tuple[tuple[str, str], ...]
    title: str


def timeline(run: Mapping[str, Any]) -> Timeline | None:
    """Lay out every variant that was observed; None if none was."""
    observed = passes(run)
    if not observed:
        return None
    drawn = {one.name for one in observed if one.drawn}
    shown = groups(observed)
    last = end(group for group in shown if group.name in drawn)
    free = all(one.layer == "none" for one in observed if one.seen)
    return Timeline(
        parts=tuple(_part(group, last if group.name in drawn else 0.0) for group in shown),
        ticks=tuple(_ticks(last)) if drawn else (),
        legend=tuple(explained(group for group in shown if group.name in drawn)),
        title="Who ran when" if free else "Who held the GIL, and when",
    )


def css() -> str:
    """Return the colours of the states as rules: the words and colours have their home elsewhere."""
    light = "".join(f"--{state}:{look.colour};" for state, look in LOOKS.items())
    both = "".join(f"--{state}:light-dark({look.colour},{look.dark});" for state, look in LOOKS.items())
    fills = "".join(f".{state}-fill{{fill:var(--{state})}}" for state in LOOKS)
    return f":root{{{light}}}@supports (color: light-dark(red, red)){{:root{{{both}}}}}{fills}\n"


def sample(kind: str) -> list[tuple[str, str]]:
    """Return what stands for an entry of the legend, 26 pixels wide and 14 high, as shapes."""
    if kind == TASK:
        return [(TASK, _rectangle(0, 26, 2, 12))]
    if kind == MIXED:
        return [
            ("holds", _rectangle(0, 13, 6, 14) + _rectangle(13, 26, 9, 14)),
            ("waits", _rectangle(0, 13, 3, 6) + _rectangle(13, 26, 1, 9)),
        ]
    bars = LOOKS[kind].bars
    return [(kind, "".join(_rectangle(0, 26, 14 - 14 * top, 14 - 14 * low) for low, top in bars))]


def _part(group: Group, last: float) -> Part:
    rows = tuple(_row(lane, group, last) for lane in group.lanes) if last else ()
    return Part(group.name, capital(group.sentence), rows, group.more if rows else 0)


def _row(lane: Lane, group: Group, last: float) -> Row:
    top = GAP + BOX * lane.rows
    hits = sorted([*_stretches(lane, group, last, top), *_tasks(lane, last)], key=lambda hit: hit.left)
    return Row(
        name=lane.name,
        told=lane.told,
        height=top + BAR,
        shapes=tuple(
            (
                state,
                "".join(
                    _rectangle(
                        _across(bar.start, last),
                        max(_across(bar.start, last) + THIN, _across(bar.end, last)),
                        top + BAR * (1 - bar.top),
                        top + BAR * (1 - bar.bottom),
                    )
                    for bar in bars
                ),
            )
            for state, bars in lane.bars.items()
        ),
        boxes="".join(
            _rectangle(
                _across(task.start, last),
                _across(task.end, last),
                GAP + BOX * task.row + 1,
                GAP + BOX * (task.row + 1) - 1,
            )
            for task in lane.tasks
        ),
        numbers=tuple(_numbers(lane, last)),
        hits=tuple(hits),
        more_tasks=lane.more_tasks,
    )


def _stretches(lane: Lane, group: Group, last: float, top: int) -> Iterator[Hit]:
    for start, stop, shares in lane.stretches:
        if stop - start >= LONG * last:
            told = [
                (f"{100 * share:.0f}% " if len(shares) > 1 else "") + words(state, layer=group.layer)
                for state, share in shares.items()
            ]
            yield _hit(", ".join(told), start, stop, last, top=top, height=BAR)


def _tasks(lane: Lane, last: float) -> Iterator[Hit]:
    for task in lane.tasks:
        if task.end - task.start >= LONG * last:
            yield _hit(
                f"task {task.number}", task.start, task.end, last, top=GAP + BOX * task.row, height=BOX
            )


def _hit(told: str, start: float, stop: float, last: float, *, top: int, height: int) -> Hit:
    when = f"{start:.4g} to {stop:.4g} ms, for {duration((stop - start) / 1e3)}"
    return Hit(
        round(100 * start / last, 2), round(100 * (stop - start) / last, 2), top, height, f"{told}: {when}"
    )


def _numbers(lane: Lane, last: float) -> Iterator[Number]:
    for task in lane.tasks:
        share = 100 * (task.end - task.start) / last
        needed = DIGIT * len(str(task.number)) + 0.3
        if share >= needed:
            middle = round(50 * (task.start + task.end) / last, 2)
            yield Number(middle, GAP + BOX * (task.row + 0.5), str(task.number), share < 3 * needed)


def _across(milliseconds: float, last: float) -> int:
    return round(WIDE * milliseconds / last)


def _rectangle(left: float, right: float, upper: float, lower: float) -> str:
    """As short as a path can say it: there may be thousands."""
    wide, high = f"{right - left:g}", f"{round(lower - upper, 2):g}"
    return f"M{left:g} {round(upper, 2):g}h{wide}v{high}h-{wide}z"


def _ticks(last: float) -> Iterator[Mark]:
    ticks = plain_ticks(last)
    for place, tick in enumerate(ticks):
        yield Mark(round(100 * tick / last, 2), f"{tick:g}", minor=len(ticks) > ROOM and place % 2 == 1)
