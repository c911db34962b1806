"""What one observed process did with its GILs, ready for questions: who held it then, and in which function.

Everything is clipped to the pass's window. Knows nothing of rows, figures or formats.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from conclab.gil.states import Layer, State
from conclab.tracing.calls import Call, plain
from conclab.tracing.coalesce import Piece, coalesce, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from conclab.gil.states import Observation, Stretch
    from conclab.tracing.processes import Process


class Doing(NamedTuple):
    """What a thread does for a stretch of time."""

    state: State
    gil: int = 0
    detail: str = ""


_LOOP = re.compile(
    r"\((?:base_events|events|runners|selectors|threading)\.py:|uvloop|Loop\.run|Context\.run|epoll"
)
_UNKNOWN = Doing(State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Hold:
    """One thread in possession of one GIL."""

    start_ns: int
    end_ns: int
    thread: int


class Holders:
    """Answers for one process; without an observation nothing was seen."""

    def __init__(self, process: Process) -> None:
        self.window = process.window
        self._process = process
        self.observation = process.observation
        self._innermost: dict[int, list[Call]] = {}

    @property
    def tells_gil(self) -> bool:
        """Whether there is a GIL, and holding and waiting were watched."""
        return self.observation is not None and self.observation.layer in {Layer.EXACT, Layer.SAMPLED}

    @property
    def tells_states(self) -> bool:
        """Whether states were watched at all; without a GIL it takes an observer, too."""
        without_gil = self.observation is not None and self.observation.layer is Layer.NONE
        return self.tells_gil or (without_gil and bool(self.pieces))

    @cached_property
    def pieces(self) -> Mapping[int, list[Piece[Doing]]]:
        """Per thread, without gaps between its first and its last moment."""
        if self.observation is None:
            return {}
        every = {
            thread: coalesce(_complete(stretches, self.observation, self._process.window), 0)
            for thread, stretches in self.observation.threads.items()
            if thread in self._process.threads
        }
        return {thread: pieces for thread, pieces in every.items() if pieces}

    @cached_property
    def holds(self) -> Mapping[int, Sequence[Hold]]:
        """Per GIL, in order of time."""
        by_gil: dict[int, list[Hold]] = {}
        for thread, pieces in self.pieces.items():
            for piece in pieces:
                (doing,) = piece.shares
                if doing.state is State.HOLDS:
                    by_gil.setdefault(doing.gil, []).append(Hold(piece.start_ns, piece.end_ns, thread))
        return {gil: sorted(by_gil[gil], key=attrgetter("start_ns", "end_ns")) for gil in sorted(by_gil)}

    @cached_property
    def _starts(self) -> Mapping[int, list[int]]:
        return {gil: [hold.start_ns for hold in holds] for gil, holds in self.holds.items()}

    def during(self, gil: int, piece: Piece[Doing]) -> dict[int, list[Hold]]:
        """Who held it meanwhile, longest first: the parts of the holds that lie inside."""
        inside: dict[int, list[Hold]] = {}
        holds = self.holds.get(gil, ())
        for place in range(max(0, bisect_right(self._starts.get(gil, []), piece.start_ns) - 1), len(holds)):
            hold = holds[place]
            if hold.start_ns >= piece.end_ns:
                break
            start, end = max(hold.start_ns, piece.start_ns), min(hold.end_ns, piece.end_ns)
            if end > start:
                inside.setdefault(hold.thread, []).append(Hold(start, end, hold.thread))
        return dict(sorted(inside.items(), key=lambda item: -sum(_length(hold) for hold in item[1])))

    def function(self, holds: Iterable[Hold]) -> str | None:
        """Name the innermost recorded call that took most of these holds of one thread; None if none did."""
        spans = list(holds)
        own = self._most(spans, lambda hold: self._calls_of(hold.thread))
        # The steps of an asyncio task are recorded apart from their thread, which is seen in its event loop.
        step = self._most(spans, lambda _: self._steps) if own is None or _LOOP.search(own) else None
        return step or own

    @staticmethod
    def _most(holds: Iterable[Hold], calls: Callable[[Hold], Sequence[Call]]) -> str | None:
        spent: dict[str, int] = {}
        for hold in holds:
            for call in _during(hold, calls(hold)):
                inside = min(call.end_ns, hold.end_ns) - max(call.start_ns, hold.start_ns)
                spent[call.name] = spent.get(call.name, 0) + inside
        return max(spent, key=lambda name: spent[name], default=None)

    def _calls_of(self, thread: int) -> list[Call]:
        if thread not in self._innermost:
            self._innermost[thread] = list(innermost(self._process.recording.calls.get(thread, ())))
        return self._innermost[thread]

    @cached_property
    def _steps(self) -> list[Call]:
        """Calls of what is no thread of the system: asyncio's tasks, one at a time if there is one loop."""
        threads = self.observation.threads if self.observation else {}
        calls = self._process.recording.calls.items()
        return list(innermost(call for thread, own in calls if thread not in threads for call in own))


def _during(hold: Hold, calls: Sequence[Call]) -> Iterator[Call]:
    first = max(0, bisect_right(calls, hold.start_ns, key=attrgetter("start_ns")) - 1)
    for place in range(first, len(calls)):
        if calls[place].start_ns >= hold.end_ns:
            break
        if calls[place].end_ns > hold.start_ns:
            yield calls[place]


def handovers(holds: Iterable[Hold]) -> int:
    """How often a GIL went to another thread than its last holder."""
    return sum(early.thread != late.thread for early, late in pairwise(holds))


def innermost(calls: Iterable[Call]) -> Iterator[Call]:
    """Cut nested calls into the parts in which each was the innermost, in order of time."""
    under_way: list[Call] = []
    now = 0
    for call in sorted(calls, key=lambda one: (one.start_ns, -one.end_ns)):
        while under_way and under_way[-1].end_ns <= call.start_ns:
            done = under_way.pop()
            if done.end_ns > now:
                yield Call(now, done.end_ns, done.name)
                now = done.end_ns
        if under_way and call.start_ns > now:
            yield Call(now, call.start_ns, under_way[-1].name)
        now = max(now, call.start_ns)
        under_way.append(call)
    for done in reversed(under_way):
        if done.end_ns > now:
            yield Call(now, done.end_ns, done.name)
            now = done.end_ns


def _length(hold: Hold) -> int:
    return hold.end_ns - hold.start_ns


def _complete(
    stretches: Sequence[Stretch], observation: Observation, window: tuple[int, int]
) -> Iterator[Piece[Doing]]:
    """Clip to the window and fill what is missing: between stretches, and where the record doesn't reach."""
    start, end = window
    inside = [one for one in stretches if one.start_ns < end and one.end_ns > start]
    if not inside:
        return
    now = start if observation.start_ns > start else max(start, inside[0].start_ns)
    for one in inside:
        begin, finish = max(one.start_ns, now), min(one.end_ns, end)
        if begin > now:
            yield whole(now, begin, _UNKNOWN)
        if finish > begin:
            yield whole(begin, finish, _doing(one))
            now = finish
    if observation.end_ns < end and now < end:
        yield whole(now, end, _UNKNOWN)


def _doing(one: Stretch) -> Doing:
    """Of a GIL only holding and waiting speak; of a place only blocking."""
    gil = one.gil if one.state in {State.HOLDS, State.WAITS} else 0
    return Doing(one.state, gil, plain(one.detail) if one.state is State.BLOCKED else "")
