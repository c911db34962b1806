"""One thread of one pass: how long it was in which state, and its longest wait. Pure, and without words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from conclab.gil.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conclab.model import Span
    from conclab.tracing.coalesce import Piece
    from conclab.tracing.holders import Doing, Holders
    from conclab.tracing.processes import Process

HEAVY = 0.5  # of the window: a thread without tasks that held the GIL so long is part of the story
_OF_A_GIL = {State.HOLDS, State.WAITS}


@dataclass(frozen=True)
class Thread:
    """One thread of one process, with what was seen of it."""

    process: Process
    holders: Holders
    thread: int
    name: str

    @cached_property
    def tasks(self) -> list[Span]:
        """In order of time; empty for a thread that only helps."""
        own = [span for span in self.process.spans if span.thread == self.thread]
        return sorted(own, key=attrgetter("start_ns", "task"))

    @property
    def pieces(self) -> Sequence[Piece[Doing]]:
        """What it did, one after the other; empty where that was not seen."""
        return self.holders.pieces.get(self.thread, ()) if self.holders.tells_states else ()

    @cached_property
    def gil(self) -> int:
        """The id of the GIL that it had most to do with; of one that never did, its interpreter's."""
        spent: dict[int, int] = {}
        for piece in self.pieces:
            (doing,) = piece.shares
            if doing.state in _OF_A_GIL:
                spent[doing.gil] = spent.get(doing.gil, 0) + piece.length_ns
        own = {span.interpreter for span in self.tasks} - {0}
        return min(own) if own else max(spent, key=lambda gil: spent[gil], default=0)

    @cached_property
    def spent(self) -> Mapping[State, int]:
        """Nanoseconds by state, as far as they were seen."""
        spent = dict.fromkeys(State, 0)
        for piece in self.pieces:
            (doing,) = piece.shares
            spent[doing.state] += piece.length_ns
        return spent

    def seconds(self) -> dict[State, float | None]:
        """Seconds by state; None where the layer can't tell. They add up to the time that it was there."""
        if not self.holders.tells_states:
            return dict.fromkeys(State)
        told: dict[State, float | None] = {state: self.spent[state] / 1e9 for state in State}
        if not self.pieces:
            told[State.UNKNOWN] = self.lived_s
        return told if self.holders.tells_gil else _running(told)

    @property
    def lived_s(self) -> float:
        """How long it was there within the window, as far as that was seen."""
        start, end = self.process.window
        return ((self.pieces[-1].end_ns - self.pieces[0].start_ns) if self.pieces else (end - start)) / 1e9

    @property
    def identity(self) -> tuple[int, int]:
        """Which one it is, of all processes."""
        return self.process.pid, self.thread

    def matters(self) -> bool:
        """Whether it ran tasks, or had the GIL for most of the time while others did."""
        start, end = self.process.window
        return bool(self.tasks) or self.spent[State.HOLDS] > HEAVY * (end - start)

    def unseen(self) -> float:
        """Share of the window in which it was there, and what it did is not known."""
        start, end = self.process.window
        return self.spent[State.UNKNOWN] / max(1, end - start)

    def longest_wait(self) -> Piece[Doing] | None:
        """The longest stretch of waiting without a break."""
        waits = [piece for piece in self.pieces if next(iter(piece.shares)).state is State.WAITS]
        return max(waits, key=attrgetter("length_ns"), default=None)

    def on_cpu_s(self) -> float | None:
        """CPU time of its tasks; None where that was not told, or where tasks overlap and share a clock."""
        used = [span.cpu_ns for span in self.tasks if span.cpu_ns is not None]
        overlap = any(late.start_ns < early.end_ns for early, late in pairwise(self.tasks))
        if overlap or not used or len(used) < len(self.tasks):
            return None
        return sum(used) / 1e9


def _running(told: Mapping[State, float | None]) -> dict[State, float | None]:
    """Without a GIL nobody holds it or waits for it: whoever has a CPU runs."""
    ran = (told[State.HOLDS] or 0.0) + (told[State.RELEASED] or 0.0)
    return {**told, State.HOLDS: None, State.WAITS: None, State.RELEASED: ran}
