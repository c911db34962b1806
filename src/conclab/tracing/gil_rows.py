"""The GIL's rows in the timeline: who holds it, what each thread does, how many wait.

Knows nothing of the order of rows or of the trace's format.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from conclab.gil.states import Layer, State
from conclab.tracing.calls import plain
from conclab.tracing.coalesce import Piece, coalesce, promising_ns, whole
from conclab.tracing.gil_marks import HOLDER, Mark, Scribe, how
from conclab.tracing.holders import Doing, Hold, Holders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from conclab.tracing.processes import Process

_WAITING = "threads waiting", "for the GIL"
_RUNNING = "threads running", "at the same time"
NOBODY = None  # holds the GIL: every thread runs without it, or is blocked


@dataclass(frozen=True, slots=True)
class GilRow:
    """Slices that follow each other."""

    name: str
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that changes: what it is from each of these times on."""

    name: str
    unit: str  # a viewer shows both as one name
    steps: Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class GilRows:
    """All that one process has to show of its GILs."""

    top: Sequence[GilRow]
    threads: Mapping[int, GilRow]
    gauge: Gauge | None


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is to be drawn of one process, as fine as `resolution_ns` allows."""

    process: Process
    holders: Holders
    owners: Mapping[int, list[Piece[int | None]]]  # by GIL
    states: Mapping[int, list[Piece[Doing]]]  # by thread
    busy: list[Piece[int]]  # how many threads wait; on a build without a GIL: run
    resolution_ns: int = 0

    def __len__(self) -> int:
        return sum(map(len, self.laid_out))

    @property
    def laid_out(self) -> list[list[Piece[Any]]]:
        """Every row's pieces."""
        return [*self.owners.values(), *self.states.values(), self.busy]

    def coarser(self, resolution_ns: int) -> Sketch:
        """Put together what is shorter than that."""
        return replace(
            self,
            owners={gil: coalesce(pieces, resolution_ns) for gil, pieces in self.owners.items()},
            states={thread: coalesce(pieces, resolution_ns) for thread, pieces in self.states.items()},
            busy=coalesce(self.busy, resolution_ns),
            resolution_ns=resolution_ns,
        )

    def rows(self) -> GilRows:
        """Name every slice."""
        return GilRows(tuple(self._top()), dict(self._threads()), self._gauge())

    @property
    def _scribe(self) -> Scribe:
        return Scribe(self.holders, self.process.threads, self.resolution_ns)

    def _top(self) -> Iterator[GilRow]:
        seen = self.holders.observation
        if seen is None:
            return
        about = {"observed": how(seen)} | ({"because": plain(seen.because)} if seen.because else {})
        if seen.layer is Layer.NONE:
            yield GilRow("GIL", [Mark(*self.process.window, "no GIL in this build", HOLDER, about)])
        elif not self.holders.tells_gil:
            yield GilRow(HOLDER, [Mark(*self.process.window, "can't be seen here", HOLDER, about)])
        others = [gil for gil in self.owners if gil]  # 0 is the main interpreter
        for gil, pieces in self.owners.items():
            name = f"{HOLDER} (interpreter {others.index(gil) + 1})" if gil else HOLDER
            held = [piece for piece in pieces if piece.shares.keys() != {NOBODY}]
            yield GilRow(name, [self._scribe.holder(piece) for piece in held])

    def _threads(self) -> Iterator[tuple[int, GilRow]]:
        for thread, pieces in self.states.items():
            name = f"{self.process.threads[thread]}: {'GIL' if self.holders.tells_gil else 'state'}"
            yield thread, GilRow(name, [self._scribe.state(thread, piece) for piece in pieces])

    def _gauge(self) -> Gauge | None:
        """Leave it out where it would be a flat line at the bottom."""
        steps = [(piece.start_ns, _mean(piece)) for piece in self.busy]
        if len(self.states) < 2 or not any(value for _, value in steps):  # noqa: PLR2004 - alone is not by turns
            return None
        end = (self.process.window[1], 0.0)  # or it would go on to the end of the longest pass
        return Gauge(*(_WAITING if self.holders.tells_gil else _RUNNING), [*steps, end])


def sketch(process: Process) -> Sketch:
    """Lay out what was seen, every stretch by itself."""
    holders = Holders(process)
    if not holders.tells_states:
        return Sketch(process, holders, {}, {}, [])
    working = {span.thread for span in process.spans}
    states = {
        thread: holders.pieces[thread]
        for thread in process.threads
        if thread in holders.pieces and (thread in working or _known(holders.pieces[thread]))
    }
    counted = {State.WAITS} if holders.tells_gil else {State.HOLDS, State.RELEASED}
    owners = {gil: list(_owners(holds, process.window)) for gil, holds in holders.holds.items()}
    busy = list(levels(holders.pieces.values(), counted, process.window))
    return Sketch(process, holders, owners if holders.tells_gil else {}, states, busy)


def fit(sketches: Sequence[Sketch], most: int) -> list[Sketch]:
    """Draw all of them by the one finest resolution that leaves at most so many slices, if any does."""
    fitted = list(sketches)
    widest = max((each.process.window[1] - each.process.window[0] for each in fitted), default=0)
    for resolution_ns in promising_ns((row for each in fitted for row in each.laid_out), most):
        fitted = [each.coarser(resolution_ns) for each in fitted]
        if sum(len(each) for each in fitted) <= most or resolution_ns > widest:
            break
    return fitted


def levels(
    threads: Iterable[Sequence[Piece[Doing]]], counted: set[State], window: tuple[int, int]
) -> Iterator[Piece[int]]:
    """Tell how many threads are in one of these states, at every moment of the window."""
    changes = [(window[0], 0), (window[1], 0)]
    for pieces in threads:
        for piece in pieces:
            (doing,) = piece.shares
            if doing.state in counted:
                changes += [(piece.start_ns, 1), (piece.end_ns, -1)]
    moments = [(at, sum(by for _, by in same)) for at, same in groupby(sorted(changes), itemgetter(0))]
    heights = accumulate(by for _, by in moments)
    for ((start, _), (end, _)), height in zip(pairwise(moments), heights, strict=False):
        yield whole(start, end, height)


def _known(pieces: Iterable[Piece[Doing]]) -> bool:
    return any(doing.state is not State.UNKNOWN for piece in pieces for doing in piece.shares)


def _owners(holds: Iterable[Hold], window: tuple[int, int]) -> Iterator[Piece[int | None]]:
    """Without gaps. Two threads that seem to hold it at once are two clock readings: the earlier keeps it."""
    now, end = window
    for hold in holds:
        if hold.start_ns > now:
            yield whole(now, hold.start_ns, NOBODY)
            now = hold.start_ns
        if hold.end_ns > now:
            yield whole(now, hold.end_ns, hold.thread)
            now = hold.end_ns
    if now < end:
        yield whole(now, end, NOBODY)


def _mean(piece: Piece[int]) -> float:
    return round(sum(height * spent for height, spent in piece.shares.items()) / max(1, piece.length_ns), 2)
