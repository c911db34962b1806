"""The picture of a run's answer: one row for each variant, every block a point, on one logarithmic axis."""

from __future__ import annotations

import textwrap
from math import log2
from typing import TYPE_CHECKING, Any

from conclab.numerals import duration, factor
from conclab.pictures.answers import Answer, Answers, Tone, answers, caption
from conclab.pictures.canvas import save, style
from conclab.pictures.searches import searching
from conclab.pictures.ticks import octave_ticks, round_ticks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, LEFT, RIGHT, TOP, BOTTOM, ROW = 11.0, 2.5, 2.85, 0.62, 1.28, 0.56  # inches
INK, SOFT, FAINT = "#1b1f24", "#667079", "#d5dae0"
BAND, BAND_EDGE = "#f6ead0", "#d8bd7f"
# Okabe and Ito's palette: told apart with every common colour blindness. The marker says the same again.
COLOURS = {
    Tone.FASTER: "#0072b2",
    Tone.SLOWER: "#d55e00",
    Tone.SAME: "#4a5560",
    Tone.INCONCLUSIVE: "#6b7480",
    Tone.BASELINE: INK,
    Tone.MISSING: SOFT,
    Tone.FOUND: "#0072b2",
    Tone.SOMETIMES: "#d55e00",
    Tone.MISSED: "#4a5560",
}
MARKERS = {
    Tone.FASTER: ">", Tone.SLOWER: "<", Tone.SAME: "s", Tone.INCONCLUSIVE: "o", Tone.BASELINE: "D",
    Tone.FOUND: "D", Tone.SOMETIMES: "D", Tone.MISSED: "X",
}  # fmt: skip
GOLDEN = 0.6180339887  # spreads any number of points evenly, without a random generator


def draw(run: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write speedup.svg and speedup.png of a run, and return their paths."""
    with style("conclab-speedup"):
        return save(_figure(run), folder, "speedup")


def _figure(run: Mapping[str, Any]) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    shown = answers(run)
    title = textwrap.wrap(str(run.get("question") or run.get("experiment") or ""), 88)[:2]
    ceiling = None if shown.in_seconds else ((run.get("ceiling") or {}).get("speedup") or {}).get("estimate")
    lines = any(row.ideal for row in shown.rows) or ceiling
    top = TOP + 0.26 * (len(title) - 1) + (0.22 if lines else 0.0)
    height = top + BOTTOM + ROW * max(1, len(shown.rows))
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    figure.patch.set_gid("speedup-background")
    axes = figure.add_axes(
        (LEFT / WIDTH, BOTTOM / height, (WIDTH - LEFT - RIGHT) / WIDTH, 1 - (top + BOTTOM) / height)
    )
    axes.patch.set_visible(False)
    _scale(axes, shown, ceiling)
    if searching(run):
        axes.set_xlabel("time until the bug was found, or the search given up (log scale)")
    for place, row in enumerate(shown.rows):
        _row(axes, row, place)
    _lines(axes, shown, ceiling)
    _legend(figure, shown, run.get("variants") or [])
    left = 0.22 / WIDTH
    figure.text(left, 1 - 0.2 / height, "\n".join(title), va="top", size=13.5, weight="bold", color=INK)
    figure.text(left, 0.16 / height, caption(run), va="bottom", size=8.5, color=SOFT)
    return figure


def _scale(axes: Axes, shown: Answers, ceiling: float | None) -> None:
    """Fit the axis to everything that is drawn, and label it with plain numbers."""
    values = [value for row in shown.rows for value in _extent(row)]
    values += [] if shown.in_seconds else [ceiling or 1.0, 0.72, 1.4]
    low, high = log2(min(values, default=0.5)), log2(max(values, default=2.0))
    margin = max(0.12, 0.05 * (high - low))
    low, high = low - margin, high + margin
    axes.set_xscale("log", base=2)
    axes.set_xlim(2**low, 2**high)
    axes.set_ylim(max(1, len(shown.rows)) - 0.5, -0.5)
    axes.set_yticks([])
    if shown.in_seconds:
        ticks = round_ticks(2**low, 2**high)
        axes.set_xticks(ticks, [duration(tick, shortest=True) for tick in ticks])
    else:
        ticks = octave_ticks(low, high)
        axes.set_xticks(ticks, [f"{tick:g}x" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.tick_params(axis="x", length=0, labelcolor=SOFT, pad=6)
    axes.grid(axis="x", color=FAINT, linewidth=0.6, alpha=0.7)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    if shown.in_seconds:
        label = "time of one batch (log scale)"
    else:
        label = f"slower  ←  speedup over {shown.baseline or 'the baseline'}  →  faster"
    axes.set_xlabel(label, color=INK, size=9.5, labelpad=6)


def _extent(row: Answer) -> Iterable[float]:
    yield from row.points
    yield from (value for value in (row.estimate, row.low, row.high, row.ideal) if value)
    yield from (value for value in row.predicted or () if value)


def _row(axes: Axes, row: Answer, place: int) -> None:
    if place:
        axes.axhline(place - 0.5, color=FAINT, linewidth=0.5, zorder=0.5)
    missing = row.tone is Tone.MISSING
    left, right = 0.22 - LEFT, WIDTH - LEFT - RIGHT + 0.18
    _beside(axes, place, left, _wrapped(row.name, 27), row.detail, colour=SOFT if missing else INK)
    remark = _wrapped(row.remark, 42) if missing else row.remark
    _beside(axes, place, right, row.headline, remark, colour=COLOURS[row.tone])
    if not missing:
        _shapes(axes, row, place)


def _wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width, max_lines=2, placeholder="..."))


def _beside(axes: Axes, place: int, inches: float, first: str, second: str, *, colour: str) -> None:
    """Write a line and a smaller one below it, `inches` from the left edge of the axes."""
    sizes = [(9.8, 13.0, first, colour, "bold"), (8.3, 11.0, second, SOFT, "normal")]
    heights = [height * (text.count("\n") + 1) if text else 0.0 for _, height, text, _, _ in sizes]
    top = sum(heights) / 2
    for (size, _, text, ink, weight), height in zip(sizes, heights, strict=True):
        axes.annotate(
            text,
            (0, place),
            (inches * 72, top - height / 2),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            size=size,
            color=ink,
            weight=weight,
            annotation_clip=False,
        )
        top -= height


def _shapes(axes: Axes, row: Answer, place: int) -> None:
    """Draw the predicted range, the blocks, the interval and the estimate, from back to front."""
    from matplotlib.colors import to_rgba  # noqa: PLC0415 - slow to import
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    left, right = axes.get_xlim()
    colour = COLOURS[row.tone]
    if row.predicted:
        low, high = row.predicted
        box = Rectangle((low, place - 0.36), (high or right) - low, 0.72, facecolor=BAND, edgecolor=BAND_EDGE)
        box.set(linewidth=0.7, zorder=1)
        axes.add_patch(box).set_gid(f"speedup-predicted-{place}")
    if row.points:
        heights = [place + ((index * GOLDEN) % 1 - 0.5) * 0.5 for index in range(len(row.points))]
        look: dict[str, Any] = {"color": colour, "alpha": 0.36, "linewidths": 0}
        if any(row.misses):  # hollow: nothing was found there
            faces = [to_rgba(colour, 0.0 if missed else 0.36) for missed in row.misses]
            look = {"facecolors": faces, "edgecolors": to_rgba(colour, 0.7), "linewidths": 0.9}
        dots = axes.scatter(row.points, heights, s=13, zorder=5, **look)
        dots.set_gid(f"speedup-blocks-{place}")
    if row.estimate is None:
        return
    if row.tone is not Tone.BASELINE and not row.misses:
        low, high = row.low or left, row.high or right
        axes.plot([low, high], [place, place], color=colour, linewidth=2.2, zorder=4, solid_capstyle="butt")
        for end, caps in ((row.low, "|"), (row.high, "|")):
            if end:
                axes.plot([end], [place], caps, color=colour, markersize=11, markeredgewidth=1.8, zorder=4)
    face = "white" if row.tone is Tone.INCONCLUSIVE else colour
    axes.plot(
        [row.estimate],
        [place],
        MARKERS[row.tone],
        markersize=7.5,
        markerfacecolor=face,
        markeredgecolor=colour if face == "white" else "white",
        markeredgewidth=1.0,
        zorder=6,
        gid=f"speedup-estimate-{place}",
    )


def _lines(axes: Axes, shown: Answers, ceiling: float | None) -> None:
    """Mark 1x, perfect scaling and what this machine was measured to reach."""
    if shown.in_seconds:
        return
    axes.axvline(1, color=INK, linewidth=1.1, zorder=2)
    ideals = {row.ideal for row in shown.rows if row.ideal}
    labels = []
    if len(ideals) == 1:
        labels.append((float(min(ideals)), "ideal {}", (0, (1, 2))))
    for place, row in enumerate(shown.rows):
        if len(ideals) > 1 and row.ideal:
            axes.plot([row.ideal] * 2, [place - 0.4, place + 0.4], color=SOFT, linewidth=1.3, linestyle=":")
    if ceiling:
        labels.append((ceiling, "this machine's ceiling {}", (0, (5, 3))))
    for index, (value, text, dashes) in enumerate(sorted(labels)):
        axes.axvline(value, color=SOFT, linewidth=1.1, linestyle=dashes, zorder=2)
        last = index == len(labels) - 1 and len(labels) > 1
        axes.annotate(
            text.format(factor(value) if value != round(value) else f"{value:g}x"),
            (value, 1),
            (4 if last else -4, 5),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="left" if last else "right",
            size=8.3,
            color=SOFT,
            annotation_clip=False,
        )


def _legend(figure: Figure, shown: Answers, variants: Iterable[Mapping[str, Any]]) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415 - slow to import
    from matplotlib.patches import Patch  # noqa: PLC0415

    levels = [variant["speedup"]["level"] for variant in variants if variant.get("speedup")]
    level = f"{100 * max(levels):.3g}% interval" if levels else "interval"
    handles: list[Any] = []
    if any(row.points for row in shown.rows):
        one = "one trial: found" if any(row.misses for row in shown.rows) else "one block"
        handles.append(
            Line2D([], [], marker="o", linestyle="", color=SOFT, alpha=0.5, markersize=4, label=one)
        )
    if any(any(row.misses) for row in shown.rows):
        hollow = {"marker": "o", "markerfacecolor": "none", "markersize": 4, "color": SOFT}
        handles.append(Line2D([], [], linestyle="", label="given up: not found", **hollow))  # type: ignore[arg-type]
    if any(row.points and row.estimate for row in shown.rows) and not shown.in_seconds:
        handles.append(
            Line2D([], [], marker="|", color=INK, linewidth=2, markersize=8, label=f"estimate with {level}")
        )
    if shown.in_seconds:
        handles.append(Line2D([], [], marker="D", linestyle="", color=INK, markersize=6, label="median"))
    if any(row.predicted for row in shown.rows):
        handles.append(Patch(facecolor=BAND, edgecolor=BAND_EDGE, label="predicted before measuring"))
    if len({row.ideal for row in shown.rows if row.ideal}) > 1:
        handles.append(Line2D([], [], color=SOFT, linestyle=":", label="ideal"))
    if handles:
        figure.legend(
            handles=handles,
            loc="lower left",
            ncols=len(handles),
            frameon=False,
            fontsize=8.5,
            labelcolor=SOFT,
            bbox_to_anchor=(LEFT / WIDTH - 0.015, 0.34 / figure.get_figheight()),
        )
