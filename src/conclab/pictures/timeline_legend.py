"""The shapes of the timeline and their legend: only what occurs in the picture is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.pictures.gil_states import LOOKS, MIXED, TASK
from conclab.pictures.lanes import explained
from conclab.pictures.speedup import SOFT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matplotlib.figure import Figure
    from matplotlib.patches import PathPatch

    from conclab.pictures.lanes import Group

Part = tuple[float, float, float, float]  # from, to, upper and lower edge
Entry = tuple[str, str]  # what is shown, and what it means

BOX, BOX_EDGE = "#eceff2", "#aab3bc"
SAMPLE, HEIGHT, LINE = 0.34, 0.13, 0.22  # of a sample and of a row, in inches
LETTER = 0.071  # inches that a letter of the legend takes, generously


def shape(parts: Sequence[Part], **how: Any) -> PathPatch:
    """Return many rectangles as one shape: a thousand of them cost a file little, and a viewer less."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - slow to import
    from matplotlib.path import Path  # noqa: PLC0415

    corners = [
        corner
        for left, right, upper, lower in parts
        for corner in ((left, lower), (left, upper), (right, upper), (right, lower), (left, lower))
    ]
    codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY] * len(parts)
    return PathPatch(Path(corners, codes), **how)


def paint(state: str) -> dict[str, Any]:
    """How a state's shape is filled; what is unknown is pale and needs an edge."""
    edge = {"edgecolor": "#b4bcc5", "linewidth": 0.5} if state == "unknown" else {"linewidth": 0}
    return {"facecolor": LOOKS[state].colour, **edge}


def legend_rows(shown: Iterable[Group], width: float) -> list[list[Entry]]:
    """Break the legend into rows of at most this many inches."""
    rows: list[list[Entry]] = [[]]
    used = 0.0
    for entry in explained(shown):
        if rows[-1] and used + _room(entry) > width:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += _room(entry)
    return rows


def _room(entry: Entry) -> float:
    return SAMPLE + 0.32 + LETTER * len(entry[1])


def legend(figure: Figure, rows: Sequence[Sequence[Entry]], *, left: float, bottom: float) -> None:
    """Draw the rows from the top down, the last one `bottom` inches above the lower edge."""
    for place, row in enumerate(rows):
        low = bottom + LINE * (len(rows) - 1 - place)
        at = left
        for entry in row:
            _entry(figure, entry, at, low)
            at += _room(entry)


def _entry(figure: Figure, entry: Entry, left: float, low: float) -> None:
    width, height = figure.get_size_inches()
    for parts, how in _sample(entry[0]):
        inches = [
            (left + x0 * SAMPLE, left + x1 * SAMPLE, low + HEIGHT * y1, low + HEIGHT * y0)
            for x0, x1, y0, y1 in parts
        ]
        shares = [(x0 / width, x1 / width, y0 / height, y1 / height) for x0, x1, y0, y1 in inches]
        figure.add_artist(shape(shares, transform=figure.transFigure, **how))
    figure.text(
        (left + SAMPLE + 0.08) / width,
        (low + HEIGHT / 2) / height,
        entry[1],
        va="center",
        size=8.5,
        color=SOFT,
    )


def _sample(kind: str) -> Iterator[tuple[list[Part], dict[str, Any]]]:
    """What stands for an entry, in shares of the sample."""
    if kind == TASK:
        yield [(0, 1, 0.15, 0.85)], {"facecolor": BOX, "edgecolor": BOX_EDGE, "linewidth": 0.5}
    elif kind == MIXED:
        yield [(0, 0.5, 0, 0.6), (0.5, 1, 0, 0.4)], paint("holds")
        yield [(0, 0.5, 0.6, 0.8), (0.5, 1, 0.4, 0.9)], paint("waits")
    else:
        yield [(0, 1, low, high) for low, high in LOOKS[kind].bars], paint(kind)
