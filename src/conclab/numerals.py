"""Figures as people read them, the same in the table, the pictures and the page. No markup, no colour."""

from __future__ import annotations

from math import floor, isfinite, log10
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNKNOWN = "-"


def duration(seconds: float | None, *, shortest: bool = False) -> str:
    """`41.2 ms`: three digits, or as few as it has."""
    if seconds is None:
        return UNKNOWN
    if not seconds:
        return "0 s"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):  # noqa: B007 - ns takes the rest
        if seconds >= size * 0.9995:
            break
    return f"{seconds / size:.3g} {unit}" if shortest else f"{digits(seconds / size)} {unit}"


def factor(value: float) -> str:
    """0.99x, 12.4x, 105x, and 0.0033x: at least two digits that matter."""
    return f"{digits(value)}x"


def digits(value: float) -> str:
    """Three digits; after the point at least two that matter."""
    if value >= 0.0995:  # noqa: PLR2004 - where two digits after the point are two that matter
        return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"  # noqa: PLR2004
    return f"{value:.{1 - floor(log10(value)) if value > 0 else 0}f}"


def interval(speedup: Mapping[str, Any] | None) -> str:
    """`1.93x [1.90, 1.97]`; unknown ends are question marks: few blocks bound nothing."""
    if not speedup:
        return UNKNOWN
    low, high = ("?" if speedup[end] is None else digits(speedup[end]) for end in ("low", "high"))
    return f"{factor(speedup['estimate'])} [{low}, {high}]"


def middle(values: Iterable[float | None]) -> float | None:
    """Median of what is there."""
    there = measured(values)
    return median(there) if there else None


def measured(values: Iterable[float | None]) -> list[float]:
    """Leave out what is missing."""
    return [value for value in values if value is not None and isfinite(value)]
