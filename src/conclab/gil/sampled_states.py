"""From samples to stretches. A sample tells one moment; what it says holds half-way to its neighbours.

Who could run and did not hold the GIL was either on a CPU or queued for one. The kernel says which, later:
CPU time and run delay grow when that ends. So such a look is understood by the next one with other figures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, pairwise, zip_longest
from typing import TYPE_CHECKING

from conclab.gil import samples
from conclab.gil.samples import GIL, HOLDS, RUNNABLE, SLEEPS, WAITS
from conclab.gil.states import Layer, Observation, State, Stretch
from conclab.gil.syscalls import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from conclab.gil.samples import Row

# A sample speaks for at most this much time on either side: two switch intervals in which nobody looked
# may hide a hand-over and back.
REACH_NS = 5_000_000
# A look at one thread is three reads, some 3 us. One that took this long was interrupted between them.
INTERRUPTED_NS = 300_000
# Below this a wait or a run is the scheduler's own work.
GRAIN_NS = 20_000


@dataclass(frozen=True, slots=True)
class Look:
    """One thread as one sample saw it: its facts were read between two stamps."""

    start_ns: int
    end_ns: int
    state: State | None  # None: it could run, and did not hold the GIL
    gil: int
    detail: str
    cpu_ns: int
    delay_ns: int
    turns: int  # times it was given a CPU

    @property
    def at_ns(self) -> int:
        """The moment it speaks of."""
        return (self.start_ns + self.end_ns) // 2


def read(path: Path) -> Observation:
    """Read one process's record, up to where it ends. Raises OSError, and ValueError where it is none."""
    about, rows = samples.read(path)
    start_ns, end_ns = (rows[0].at_ns, rows[-1].at_ns) if rows else (0, 0)
    end = about.get("end")
    return Observation(
        pid=about["pid"],
        layer=Layer.SAMPLED if about["gil"] else Layer.NONE,
        start_ns=start_ns,
        end_ns=end_ns,
        threads=stretches_of(looks_of(rows, about["machine"])),
        cut="the record ends early: the observer was killed" if end is None else end,
        rate_hz=(_samples(rows) - 1) * 1e9 / (end_ns - start_ns) if end_ns > start_ns else None,
    )


def looks(path: Path) -> dict[int, list[Look]]:
    """Read the single looks at each thread, for who compares the rules below with another layer."""
    about, rows = samples.read(path)
    return looks_of(rows, about["machine"])


def looks_of(rows: Sequence[Row], machine: str) -> dict[int, list[Look]]:
    """Sort the rows by thread. The last row closes the sample before it, so it is nobody's own."""
    found: dict[int, list[Look]] = {}
    for row, following in pairwise(rows):
        if row.kind == GIL:
            continue
        state = _state(row.kind, following.at_ns - row.at_ns)
        found.setdefault(row.thread, []).append(
            Look(
                start_ns=row.at_ns,
                end_ns=following.at_ns,
                state=state,
                gil=row.gil,
                detail=name_of(row.call, machine) if state is State.BLOCKED else "",
                cpu_ns=row.cpu_ns,
                delay_ns=row.delay_ns,
                turns=row.turns,
            )
        )
    return found


def stretches_of(looks_by_thread: Mapping[int, Sequence[Look]]) -> dict[int, list[Stretch]]:
    """Turn each thread's looks into stretches in order of time that do not overlap."""
    # Where the kernel counts no run delay, it shows no CPU time either.
    tells = any(look.cpu_ns for seen in looks_by_thread.values() for look in seen)
    return {thread: list(_merged(_thread(seen, tells=tells))) for thread, seen in looks_by_thread.items()}


def _samples(rows: Iterable[Row]) -> int:
    return sum(1 for kind, _ in groupby(rows, key=lambda row: row.kind == GIL) if kind)


def _state(kind: int, took_ns: int) -> State | None:
    """What was seen, if its reads belong together.

    A holder that sleeps on a part of the GIL still holds it: to let go, it needs the GIL's own mutex.
    """
    holds, doing = kind & HOLDS, kind & ~HOLDS
    if took_ns > INTERRUPTED_NS and (holds or doing == RUNNABLE):
        return State.UNKNOWN
    if holds:
        return State.HOLDS
    return {WAITS: State.WAITS, SLEEPS: State.BLOCKED}.get(doing)


def _thread(seen: Sequence[Look], *, tells: bool) -> Iterator[Stretch]:
    said = _with_or_without_cpu(seen) if tells else [look.state or State.UNKNOWN for look in seen]
    gil = next((look.gil for look in seen if look.state in {State.HOLDS, State.WAITS}), 0)
    begins = seen[0].at_ns
    for look, after, state in zip_longest(seen, seen[1:], said):
        ends, next_begins = (look.at_ns, look.at_ns) if after is None else _border(look, after)
        if state in {State.HOLDS, State.WAITS}:
            gil = look.gil
        yield Stretch(begins, ends, state, gil, look.detail)
        yield Stretch(ends, next_begins, State.UNKNOWN, gil)
        begins = next_begins


def _border(one: Look, other: Look) -> tuple[int, int]:
    """Where one look's time ends and the next one's begins; between them lies what nobody knows."""
    middle = (one.at_ns + other.at_ns) // 2
    if other.at_ns - one.at_ns <= 2 * REACH_NS or _slept_on(one, other):
        return middle, middle
    return one.at_ns + REACH_NS, other.at_ns - REACH_NS


def _slept_on(one: Look, other: Look) -> bool:
    """Nothing ran in between, so it is one and the same sleep however long nobody looked."""
    return (
        one.state is other.state is State.BLOCKED
        and one.detail == other.detail
        and one.turns == other.turns > 0
    )


def _with_or_without_cpu(seen: Sequence[Look]) -> list[State]:
    """Decide for every look at a thread that could run whether it did."""
    said: list[State] = []
    asleep: int | None = None
    at = 0
    for _, same in groupby(seen, key=lambda look: (look.cpu_ns, look.delay_ns, look.turns)):
        group = list(same)
        at += len(group)
        could_run = [look for look in group if look.state is None]
        queued = could_run and _queued(could_run, seen[at] if at < len(seen) else None)
        for look in group:
            if look.state in {State.BLOCKED, State.WAITS}:
                asleep = look.turns
            late = look.turns == asleep  # given no CPU since it was seen asleep
            said.append(look.state or (State.NO_CPU if late else queued or State.UNKNOWN))
    return said


def _queued(group: Sequence[Look], after: Look | None) -> State:
    """Whether a thread was queued or ran while its figures stood still: it did one of the two throughout.

    Whoever leaves a CPU is charged what it ran, whoever is given one is charged the wait. The next look
    with other figures has both sums. After the last one nobody can tell.
    """
    if after is None:
        return State.UNKNOWN
    last, lasted = group[-1], group[-1].at_ns - group[0].at_ns
    waited, ran = after.delay_ns - last.delay_ns, after.cpu_ns - last.cpu_ns
    if after.turns == last.turns or waited < max(lasted, GRAIN_NS):
        return State.RELEASED
    if ran < max(lasted, GRAIN_NS):
        return State.NO_CPU
    # Too short to exclude either. A wait that began later would have been preceded by most of the running.
    rest = after.at_ns - last.at_ns - waited
    return State.NO_CPU if ran < rest // 2 else State.RELEASED


def _merged(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Join neighbours that say the same, and leave out what has no length."""
    current: Stretch | None = None
    for one in stretches:
        if one.end_ns <= one.start_ns:
            continue
        if current is not None and (current.state, current.gil, current.detail) == (
            one.state,
            one.gil,
            one.detail,
        ):
            current = replace(current, end_ns=one.end_ns)
            continue
        if current is not None:
            yield current
        current = one
    if current is not None:
        yield current
