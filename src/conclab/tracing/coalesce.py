"""Many short stretches of time as few longer ones that say their shares.

Knows nothing of what they stand for.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

What = TypeVar("What")


@dataclass(frozen=True, slots=True)
class Piece(Generic[What]):
    """A stretch of time, and how many nanoseconds of it went to what."""

    start_ns: int
    end_ns: int
    shares: Mapping[What, int]

    @property
    def length_ns(self) -> int:
        """From its start to its end."""
        return self.end_ns - self.start_ns

    @property
    def mixed(self) -> bool:
        """Whether it stands for several things by turns."""
        return len(self.shares) > 1


def whole(start_ns: int, end_ns: int, what: What) -> Piece[What]:
    """Make a piece of one thing."""
    return Piece(start_ns, end_ns, {what: end_ns - start_ns})


def coalesce(pieces: Iterable[Piece[What]], resolution_ns: int) -> list[Piece[What]]:
    """Join neighbours of one kind, and neighbours that are each shorter than the resolution.

    Pieces come in order and don't overlap. What is joined is no longer than it must be to reach the
    resolution, so that a change of the shares stays visible; a gap is never bridged. The time of each
    kind is kept to the nanosecond. The answer may be coalesced again, more coarsely.
    """
    return list(_together(_alike(pieces), resolution_ns))


def resolutions_ns() -> Iterator[int]:
    """Yield what to try, one after the other: 0, then 1, 2, 5, 10, 20, 50 us and so on."""
    yield 0
    for power in count(3):
        yield from (step * 10**power for step in (1, 2, 5))


def promising_ns(rows: Iterable[Iterable[Piece[Any]]], most: int) -> Iterator[int]:
    """Leave out the resolutions that can't bring these rows down to so many: long pieces stay."""
    lengths = sorted(piece.length_ns for pieces in rows for piece in pieces)
    for resolution_ns in resolutions_ns():
        if len(lengths) - bisect_left(lengths, resolution_ns) <= most:
            yield resolution_ns


def fitting(pieces: Iterable[Piece[What]], most: int) -> list[Piece[What]]:
    """Coalesce by the finest resolution that leaves at most so many. Gaps may keep it from succeeding."""
    fitted = coalesce(pieces, 0)
    for resolution_ns in promising_ns([fitted], most):
        fitted = coalesce(fitted, resolution_ns)
        if len(fitted) <= most or resolution_ns > fitted[-1].end_ns - fitted[0].start_ns:
            break
    return fitted


def _alike(pieces: Iterable[Piece[What]]) -> Iterator[Piece[What]]:
    """Join neighbours of one kind."""
    held: Piece[What] | None = None
    for piece in pieces:
        if held is None:
            held = piece
        elif not held.mixed and held.end_ns == piece.start_ns and held.shares.keys() == piece.shares.keys():
            held = _joined([held, piece])
        else:
            yield held
            held = piece
    if held is not None:
        yield held


def _together(pieces: Iterable[Piece[What]], resolution_ns: int) -> Iterator[Piece[What]]:
    short: list[Piece[What]] = []
    for piece in pieces:
        if short and (piece.length_ns >= resolution_ns or piece.start_ns != short[-1].end_ns):
            yield _joined(short)
            short = []
        if piece.length_ns >= resolution_ns:
            yield piece
            continue
        short.append(piece)
        if piece.end_ns - short[0].start_ns >= resolution_ns:
            yield _joined(short)
            short = []
    if short:
        yield _joined(short)


def _joined(pieces: list[Piece[What]]) -> Piece[What]:
    if len(pieces) == 1:
        return pieces[0]
    shares: dict[What, int] = {}
    for piece in pieces:
        for what, spent_ns in piece.shares.items():
            shares[what] = shares.get(what, 0) + spent_ns
    return Piece(pieces[0].start_ns, pieces[-1].end_ns, shares)
