"""Numbers, shares and lists as they stand in a sentence. Knows nothing of what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"
)  # fmt: skip


def number(count: int, one: str, many: str = "") -> str:
    """Write a number and its noun: words up to twelve."""
    word = _WORDS[count] if count < len(_WORDS) else str(count)
    return f"{word} {one if count == 1 else many or one + 's'}"


def percent(*shares: float) -> str:
    """Write whole per cent; a range where they differ."""
    low, high = (_whole(edge) for edge in (min(shares), max(shares)))
    if low == high:
        return "less than 1%" if not low and max(shares) > 0 else f"{low}%"
    return f"{low}% to {high}%"


def listed(parts: Sequence[str]) -> str:
    """Join with commas, and the last one with `and`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _whole(share: float) -> int:
    return int(100 * share + 0.5 + 1e-9)
