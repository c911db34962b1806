"""The picture of who held the GIL and when: one lane for each worker, all variants on one time axis.

Made from the observed passes, which are never timed: it shows what happened, not how fast it is.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conclab.pictures.canvas import save, style
from conclab.pictures.lanes import Group, Lane, end, groups
from conclab.pictures.observed import method, passes
from conclab.pictures.speedup import FAINT, INK, SOFT
from conclab.pictures.ticks import plain_ticks
from conclab.pictures.timeline_legend import BOX, BOX_EDGE, legend, legend_rows, paint, shape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, LEFT, RIGHT, EDGE = 11.0, 2.05, 2.1, 0.22  # inches
LETTER = 0.0099  # inches a point of font size takes for one letter, on average and generously


@dataclass(frozen=True, slots=True)
class Heights:
    """Of what is drawn, in inches: less where there is more to draw."""

    bar: float
    task: float
    gap: float


ROOMY, TIGHT = Heights(0.24, 0.125, 0.09), Heights(0.14, 0.055, 0.07)
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}  # keeps the lines of the grid out of words
FEW = 16  # lanes that are drawn roomily
HEAD, LINE, APART = 0.06, 0.175, 0.13  # of a variant: below its words, one line of them, between variants


def draw(run: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write timeline.svg and timeline.png and return their paths; nothing if no state was seen."""
    observed = passes(run)
    if not any(one.drawn for one in observed):
        return []
    with style("conclab-timeline"):
        return save(_figure(run), folder, "timeline")


def _figure(run: Mapping[str, Any]) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    observed = passes(run)
    shown = groups(observed)
    title = textwrap.wrap(str(run.get("question") or run.get("experiment") or ""), 88)[:2]
    notes = textwrap.wrap(" | ".join(["observed pass, not timed", *method(observed)]), 150)[:3]
    rows = legend_rows(shown, WIDTH - 2 * EDGE)
    heights = ROOMY if sum(len(group.lanes) for group in shown) <= FEW else TIGHT
    body = sum(_height(group, heights) for group in shown)
    top = 0.3 + 0.26 * len(title)
    bottom = 0.66 + 0.22 * len(rows) + 0.15 * len(notes)
    height = top + body + bottom
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    figure.patch.set_gid("timeline-background")
    axes = figure.add_axes((LEFT / WIDTH, bottom / height, (WIDTH - LEFT - RIGHT) / WIDTH, body / height))
    axes.patch.set_visible(False)
    _scale(axes, end(shown), body)
    place = 0.0
    for index, group in enumerate(shown):
        _group(axes, group, place=place, heights=heights, index=index)
        place += _height(group, heights)
    figure.text(
        EDGE / WIDTH, 1 - 0.2 / height, "\n".join(title), va="top", size=13.5, weight="bold", color=INK
    )
    legend(figure, rows, left=EDGE, bottom=0.24 + 0.15 * len(notes))
    figure.text(EDGE / WIDTH, 0.14 / height, "\n".join(notes), va="bottom", size=8.5, color=SOFT)
    return figure


def _height(group: Group, heights: Heights) -> float:
    lanes = sum(_lane_height(lane, heights) for lane in group.lanes)
    return LINE * len(_head(group)) + HEAD + lanes + (LINE if group.more else 0.0) + APART


def _lane_height(lane: Lane, heights: Heights) -> float:
    return heights.bar + heights.task * lane.rows + heights.gap


def _head(group: Group) -> list[str]:
    """Wrap what is said of a variant; a long name needs the first line for itself."""
    lines = textwrap.wrap(group.sentence, 108, max_lines=2, placeholder="...") or [""]
    return ["", *lines] if len(group.name) > 20 else lines  # noqa: PLR2004 - letters left of the axis


def _scale(axes: Axes, last: float, body: float) -> None:
    """Milliseconds across, inches down."""
    axes.set_xlim(0, last)
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    ticks = plain_ticks(last)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.tick_params(axis="x", length=0, labelcolor=SOFT, labelsize=9, pad=4)
    axes.grid(axis="x", color=FAINT, linewidth=0.6, alpha=0.7)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xlabel("ms from the start of the variant's first task", color=INK, size=9.5, labelpad=3)


def _group(axes: Axes, group: Group, *, place: float, heights: Heights, index: int) -> None:
    if index:
        # over the whole width: what stands on either side belongs to the variant, too
        axes.plot(
            [(EDGE - LEFT) / (WIDTH - LEFT - RIGHT), 1 + (RIGHT - EDGE) / (WIDTH - LEFT - RIGHT)],
            [place - APART / 2] * 2,
            transform=axes.get_yaxis_transform(),
            color=FAINT,
            linewidth=0.8,
            clip_on=False,
        )
    place += LINE / 2
    name = textwrap.shorten(group.name, 60, placeholder="...")
    _write(axes, place, EDGE - LEFT, name, size=10.8, weight="bold")
    for line in _head(group):
        _write(axes, place, 0.0, line, size=9.6, color=INK if group.lanes else SOFT, bbox=PAPER)
        place += LINE
    place += HEAD - LINE / 2
    for number, lane in enumerate(group.lanes):
        _lane(axes, lane, place=place, heights=heights, gid=f"{index}-{number}")
        place += _lane_height(lane, heights)
    if group.more:
        _write(axes, place + LINE / 2, 0.0, f"and {group.more} more", size=8.8, color=SOFT, bbox=PAPER)


def _lane(axes: Axes, lane: Lane, *, place: float, heights: Heights, gid: str) -> None:
    """Draw the tasks as boxes above what their thread did."""
    top = place + heights.task * lane.rows
    middle = top + heights.bar / 2
    size = 9.2 if heights is ROOMY else 7.8
    _write(axes, middle, EDGE - LEFT + 0.1, textwrap.shorten(lane.name, 26, placeholder="..."), size=size)
    _write(axes, middle, WIDTH - LEFT - RIGHT + 0.12, lane.told, size=size)
    for state, bars in lane.bars.items():
        parts = [
            (bar.start, bar.end, top + heights.bar * (1 - bar.top), top + heights.bar * (1 - bar.bottom))
            for bar in bars
        ]
        patch = axes.add_patch(shape(parts, **paint(state), zorder=3, clip_on=False))
        patch.set_gid(f"timeline-{state}-{gid}")
    if lane.tasks:
        _tasks(axes, lane, place=place, heights=heights, gid=gid)


def _tasks(axes: Axes, lane: Lane, *, place: float, heights: Heights, gid: str) -> None:
    tops = [place + heights.task * task.row for task in lane.tasks]
    inset = 0.13 * heights.task
    parts = [
        (task.start, task.end, top + inset, top + heights.task - inset)
        for task, top in zip(lane.tasks, tops, strict=True)
    ]
    patch = axes.add_patch(
        shape(parts, facecolor=BOX, edgecolor=BOX_EDGE, linewidth=0.5, zorder=2, clip_on=False)
    )
    patch.set_gid(f"timeline-tasks-{gid}")
    inch = (WIDTH - LEFT - RIGHT) / axes.get_xlim()[1]
    size = heights.task * 57
    for task, top in zip(lane.tasks, tops, strict=True) if heights is ROOMY else ():
        if (task.end - task.start) * inch > (len(str(task.number)) + 1) * size * LETTER:
            number = axes.text((task.start + task.end) / 2, top + heights.task / 2, str(task.number))
            number.set(ha="center", va="center_baseline", size=size, color=INK, zorder=4)
    if lane.more_tasks:
        text = f"and {lane.more_tasks} more task{'s' * (lane.more_tasks != 1)}"
        _write(axes, place + heights.task * lane.rows / 2, WIDTH - LEFT - RIGHT + 0.12, text, size=7.5)


def _write(axes: Axes, place: float, inches: float, text: str, **how: Any) -> None:
    """Write a line in the middle of `place`, `inches` from the left edge of the axes."""
    axes.annotate(
        text,
        (0, place),
        (inches * 72, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        annotation_clip=False,
        **{"color": INK, **how},
    )
