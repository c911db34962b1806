"""The words on one slice of the GIL's rows, and what a click on it tells. Not which slices there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conclab.gil.states import Layer, State
from conclab.tracing.holders import Hold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conclab.gil.states import Observation
    from conclab.tracing.coalesce import Piece
    from conclab.tracing.holders import Doing, Holders

HOLDER = "GIL holder"
MIXED = "GIL: mixed"
CATEGORIES = {state: f"GIL: {state.value}" for state in State}
WORDS = {
    State.HOLDS: "holds the GIL",
    State.WAITS: "waits for the GIL",
    State.RELEASED: "runs without the GIL",
    State.NO_CPU: "could run, but has no CPU",
    State.BLOCKED: "blocked",
    State.UNKNOWN: "unknown",
}
_SHORT = {**WORDS, State.HOLDS: "holds", State.WAITS: "waits", State.NO_CPU: "has no CPU"}
_WITHOUT_GIL = {State.HOLDS: "runs", State.RELEASED: "runs"}
NO_CALL = "no call recorded: shorter than 20 us, or not recorded at all"
_WORTH_NAMING = 0.005


@dataclass(frozen=True, slots=True)
class Mark:
    """One slice. The category decides its colour."""

    start_ns: int
    end_ns: int
    name: str
    category: str
    args: Mapping[str, Any] = field(default_factory=dict)


def how(seen: Observation) -> str:
    """Say how it was observed."""
    if seen.rate_hz is None:
        return "without a GIL" if seen.layer is Layer.NONE else seen.layer.value
    return f"sampled, {seen.rate_hz:.0f} a second"


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes the slices of one process, whose stretches were put together by a resolution."""

    holders: Holders
    names: Mapping[int, str]
    resolution_ns: int

    def holder(self, piece: Piece[int | None]) -> Mark:
        """Name who holds the GIL, and in which function."""
        if piece.mixed:
            shares = {
                "nobody" if thread is None else self.names[thread]: spent
                for thread, spent in piece.shares.items()
            }
            return self._by_turns(piece, HOLDER, shares)
        (thread,) = piece.shares
        if thread is None:
            raise ValueError("nobody holds the GIL: there is nothing to draw")
        return self._mark(piece, self.names[thread], HOLDER, self._in_function(thread, piece))

    def state(self, thread: int, piece: Piece[Doing]) -> Mark:
        """Say what a thread does: of a wait for whom, of a hold in which function."""
        states = shares_of(piece)
        instead = {} if self.holders.tells_gil else _WITHOUT_GIL
        if len(states) > 1:
            short = _SHORT | instead
            return self._by_turns(piece, MIXED, {short[state]: spent for state, spent in states.items()})
        (state,) = states
        doing = next(iter(piece.shares))
        name = (WORDS | instead)[state]
        args: Mapping[str, Any] = {}
        if state is State.WAITS:
            name, args = self._wait(doing.gil, piece)
        elif state is State.HOLDS and self.holders.tells_gil:
            args = self._in_function(thread, piece)
        elif doing.detail and not piece.mixed:
            name = f"{name}: {doing.detail}"
        return self._mark(piece, name, CATEGORIES[state], args)

    def _wait(self, gil: int, piece: Piece[Doing]) -> tuple[str, dict[str, Any]]:
        waited = {"waited_ms": piece.length_ns / 1e6}
        inside = self.holders.during(gil, piece)
        if not inside:
            return WORDS[State.WAITS], {"holder": "nobody that was seen", **waited}
        first, holds = next(iter(inside.items()))
        function = self.holders.function(holds) or NO_CALL
        told = {"holder": self.names[first], "function": function, **waited}
        if len(inside) > 1:
            spent = {self.names[thread]: _total(holds) for thread, holds in inside.items()}
            told["holders"] = _percents(spent, piece.length_ns)
        return f"waits for {self.names[first]}", told

    def _in_function(self, thread: int, piece: Piece[Any]) -> dict[str, str]:
        hold = Hold(piece.start_ns, piece.end_ns, thread)
        return {"function": self.holders.function([hold]) or NO_CALL}

    def _by_turns(self, piece: Piece[Any], category: str, shares: Mapping[str, int]) -> Mark:
        name = f"by turns: {_percents(shares, piece.length_ns)}"
        together = f"stretches shorter than {self.resolution_ns / 1000:g} us"
        return self._mark(piece, name, category, {"put together": together})

    def _mark(self, piece: Piece[Any], name: str, category: str, args: Mapping[str, Any]) -> Mark:
        seen = self.holders.observation
        observed = {"observed": how(seen)} if seen is not None else {}
        return Mark(piece.start_ns, piece.end_ns, name, category, {**args, **observed})


def shares_of(piece: Piece[Doing]) -> dict[State, int]:
    """Nanoseconds by state alone."""
    shares: dict[State, int] = {}
    for doing, spent in piece.shares.items():
        shares[doing.state] = shares.get(doing.state, 0) + spent
    return shares


def _total(holds: Iterable[Hold]) -> int:
    return sum(hold.end_ns - hold.start_ns for hold in holds)


def _percents(shares: Mapping[str, int], whole_ns: int) -> str:
    largest_first = sorted(shares.items(), key=lambda item: -item[1])
    worth = [(name, spent / whole_ns) for name, spent in largest_first if spent / whole_ns >= _WORTH_NAMING]
    return ", ".join(f"{name} {share:.0%}" for name, share in worth)
