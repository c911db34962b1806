"""Where everything of an observed pass lies on its time axis: milliseconds across, shares of a lane up.

Neither inches nor pixels: the picture and the page each have their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conclab.pictures.gil_states import COLOURED_SHARES, LOOKS, MIXED, MIXED_WORDS, TASK, TASK_WORDS, words
from conclab.pictures.observed import Pass, label, largest, threads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MOST = 12  # lanes of one variant
ROWS = 12  # of tasks that one thread has under way at once
ALMOST_ALL = 0.9  # of a stretch in one state: the rest would be no more than a line


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a lane in one colour: from and to in milliseconds, bottom and top as shares."""

    start: float
    end: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class Task:
    """One task, and in which row it lies: tasks of one row don't overlap."""

    number: int
    start: float
    end: float
    row: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One thread: its stretches in time, the same as bars by state, and its tasks."""

    name: str
    told: str
    stretches: tuple[tuple[float, float, Mapping[str, float]], ...]
    bars: Mapping[str, tuple[Bar, ...]]
    tasks: tuple[Task, ...]
    rows: int
    more_tasks: int  # that found no row


@dataclass(frozen=True, slots=True)
class Group:
    """One variant: its first lanes, how many there are besides, and how long it took."""

    name: str
    sentence: str
    layer: str
    window: float
    lanes: tuple[Lane, ...]
    more: int


def groups(observed: Iterable[Pass]) -> list[Group]:
    """Lay out every variant; one that was not observed has no lanes, and the reason as its sentence."""
    return [_group(one) for one in observed]


def end(laid_out: Iterable[Group]) -> float:
    """Where the common axis ends."""
    return max((group.window for group in laid_out), default=0.0) or 1.0


def explained(shown: Iterable[Group]) -> Iterator[tuple[str, str]]:
    """List what a legend has to explain, and in which words: only what occurs, in display order."""
    there = [(group.layer, lane) for group in shown for lane in group.lanes]
    for state in LOOKS:
        told = dict.fromkeys(words(state, layer=layer) for layer, lane in there if state in lane.bars)
        if told:
            yield state, "; ".join(told)
    if any(max(shares.values()) < ALMOST_ALL for _, lane in there for *_, shares in lane.stretches):
        yield MIXED, MIXED_WORDS
    if any(lane.tasks for _, lane in there):
        yield TASK, TASK_WORDS


def _group(one: Pass) -> Group:
    if not one.seen:
        return Group(one.name, one.why, "", 0.0, (), 0)
    there = threads(one)
    window = 1e3 * one.seen["window_s"]
    lanes = tuple(_lane(thread, one, window) for thread in there[:MOST])
    return Group(one.name, one.seen["sentence"], one.layer, window, lanes, len(there) - len(lanes))


def _lane(thread: Mapping[str, Any], one: Pass, window: float) -> Lane:
    stretches = tuple(_stretches(thread["states"])) or ((0.0, window, {"unknown": 1.0}),)
    bars: dict[str, list[Bar]] = {}
    for start, stop, shares in stretches:
        for state, bar in _bars(start, stop, shares):
            bars.setdefault(state, []).append(bar)
    tasks = pack(thread["tasks"])
    kept = tuple(task for task in tasks if task.row < ROWS)
    return Lane(
        name=label(thread),
        told=largest(thread, one),
        stretches=stretches,
        bars={state: tuple(bars[state]) for state in LOOKS if state in bars},
        tasks=kept,
        rows=1 + max((task.row for task in kept), default=-1),
        more_tasks=len(tasks) - len(kept),
    )


def _stretches(states: Sequence[Sequence[Any]]) -> Iterator[tuple[float, float, Mapping[str, float]]]:
    """In milliseconds, with the share of each state; neighbours in the same state are one."""
    before: tuple[float, float, Mapping[str, float]] | None = None
    for start_us, end_us, state, *more in states:
        shares = more[0] if state == MIXED else {state: 1.0}
        if before and before[2] == shares and before[1] == start_us / 1e3:
            before = (before[0], end_us / 1e3, shares)
            continue
        if before:
            yield before
        before = (start_us / 1e3, end_us / 1e3, shares)
    if before:
        yield before


def _bars(start: float, stop: float, shares: Mapping[str, float]) -> Iterator[tuple[str, Bar]]:
    """A state has its own shape; of several, each is as high as its share, and idle ones stay empty."""
    main = max(shares, key=lambda state: shares[state])
    if shares[main] >= ALMOST_ALL:
        yield from ((main, Bar(start, stop, *part)) for part in LOOKS[main].bars)
        return
    bottom = 0.0
    for state in COLOURED_SHARES:
        if share := shares.get(state):
            # without the GIL stays hollow: a full bar means that it is held
            parts = LOOKS[state].bars if state == "released" else ((0.0, 1.0),)
            for low, high in parts:
                yield state, Bar(start, stop, bottom + low * share, min(1.0, bottom + high * share))
            bottom += share


def pack(tasks: Iterable[Sequence[float]]) -> list[Task]:
    """Put every task in the first row that is free when it starts: no more rows than ever run at once."""
    free: list[float] = []  # when each row's last task ends
    packed = []
    for number, start, stop in sorted(tasks, key=lambda task: (task[1], task[2])):
        row = next((place for place, until in enumerate(free) if until <= start), len(free))
        free[row : row + 1] = [stop]
        packed.append(Task(int(number), start / 1e3, stop / 1e3, row))
    return packed
