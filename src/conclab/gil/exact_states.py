"""From the shim's events to stretches.

Where a thread was between two events is known exactly; what it did without the GIL is told by its CPU time
and its run delay, which are read at every stretch that lasts.

Within one stretch without the GIL only the sums are known: it is drawn as running first, then blocked,
then runnable without a CPU, which is the order of a call that computes, sleeps and wakes up.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from conclab.gil.states import Layer, Observation, State, Stretch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

# The file's format: see shim.c.
CHUNK_WORDS = 64
READING = 0x80
READING_WORDS = 3
NOTHING = -1  # not read at this event
# Below this, a part of a stretch is the reading's own cost and the difference of two clocks.
GRAIN_NS = 20_000
FULL = "the record is full: what came later is missing"
CUT = "the process ended without a word: killed, or by os._exit"
MOSTLY = 0.9  # of several short stretches that were read together


class Kind(IntEnum):
    """As in shim.c."""

    START = 1
    WAIT = 2
    TAKE = 3
    DROP = 4
    EXIT = 5
    END = 6


KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Event:
    """One note of the shim."""

    at_ns: int
    kind: Kind
    gil: int = 0
    cpu_ns: int = NOTHING
    delay_ns: int = NOTHING


def read(path: Path, *, ended_ns: int = 0) -> Observation:
    """Read one process's record. What was noted before a crash is all there. Raises OSError, ValueError.

    `ended_ns` says when the process ended, where that is known: whoever held the GIL then held it up to then.
    """
    data = path.read_bytes()
    words = array("Q", data[: len(data) // 8 * 8])
    if len(words) < CHUNK_WORDS or words[0] or not words[1]:
        raise ValueError(f"{path.name} is no record of GIL events")
    chunks: dict[int, list[int]] = {}
    for at in range(CHUNK_WORDS, len(words) - CHUNK_WORDS + 1, CHUNK_WORDS):
        if words[at]:
            chunks.setdefault(words[at], []).append(at)
    clock = _clock(words, [at for places in chunks.values() for at in places])
    threads: dict[int, list[Stretch]] = {}
    full = bool(words[4])
    by_thread = {thread: list(_events(words, places, clock)) for thread, places in chunks.items()}
    ended = any(event.kind is Kind.END for events in by_thread.values() for event in events[-1:])
    last = [event.at_ns for events in by_thread.values() for event in events[-1:]]
    end_ns = max(*last, words[3], 0 if ended or full else ended_ns)
    for thread, events in by_thread.items():
        stretches = list(stretches_of(events, end_ns=end_ns, whole=not full))
        if stretches:
            threads[thread] = stretches
    return Observation(
        pid=int(path.stem),
        layer=Layer.EXACT,
        start_ns=words[3],
        end_ns=end_ns,
        threads=threads,
        cut=FULL if full else "" if ended else CUT,
    )


def _decoded(words: array[int], place: int) -> Iterator[tuple[int, int]]:
    """The events of one chunk: position and word."""
    at, end = place + 1, place + CHUNK_WORDS
    while at < end and words[at]:
        yield at, words[at]
        at += 1 + (READING_WORDS if words[at] & READING else 0)


def _events(words: array[int], places: Iterable[int], clock: Callable[[int], int]) -> Iterator[Event]:
    for place in places:
        for at, word in _decoded(words, place):
            kind, gil = KINDS[word & 0x7F], word >> 8 & 0xFF
            if word & READING:
                yield Event(words[at + 1], kind, gil, _signed(words[at + 2]), _signed(words[at + 3]))
            else:
                yield Event(clock(word >> 16), kind, gil)


def _clock(words: array[int], places: Iterable[int]) -> Callable[[int], int]:
    """From ticks to nanoseconds: straight lines between the readings, which know both."""
    pairs = [(1, words[3])]
    pairs += [
        (word >> 16, words[at + 1])
        for place in places
        for at, word in _decoded(words, place)
        if word & READING
    ]
    pairs.sort()
    ticks = [tick for tick, _ in pairs]
    rate = words[2] / words[1]
    if ticks[-1] > ticks[0]:
        rate = (pairs[-1][1] - pairs[0][1]) / (ticks[-1] - ticks[0])

    def clock(tick: int) -> int:
        # Of the readings around it the earlier one: the rate is one for the whole record, so this is a
        # matter of nanoseconds, and no two lines meet with a step.
        begin, begin_ns = pairs[max(0, bisect_right(ticks, tick) - 1)]
        return begin_ns + round((tick - begin) * rate)

    return clock


def _signed(word: int) -> int:
    return word - (1 << 64) if word >> 63 else word


def stretches_of(events: Sequence[Event], *, end_ns: int, whole: bool = True) -> Iterator[Stretch]:
    """Turn the events of one thread into its stretches; there are none if it never touched a GIL.

    `whole` says that no event is missing before `end_ns`: a thread that took the GIL last still has it.
    """
    pending: list[tuple[Event, Event]] = []
    reading: Event | None = None
    for event, following in pairwise(events):
        if event.cpu_ns != NOTHING and not pending:
            reading = event
        pending.append((event, following))
        if following.cpu_ns != NOTHING:
            yield from _read_together(pending, reading, following)
            pending, reading = [], following
    yield from _read_together(pending, None, None)
    if events and events[-1].kind not in {Kind.EXIT, Kind.END} and events[-1].at_ns < end_ns:
        last = events[-1]
        lasting = {Kind.TAKE: State.HOLDS, Kind.WAIT: State.WAITS} if whole else {}
        yield Stretch(last.at_ns, end_ns, lasting.get(last.kind, State.UNKNOWN), last.gil)


def _read_together(
    pairs: Sequence[tuple[Event, Event]], before: Event | None, after: Event | None
) -> Iterator[Stretch]:
    """Account for the stretches between two readings; all but the last of them are short."""
    without = sum(_length(pair) for pair in pairs if pair[0].kind is Kind.DROP)
    idle = delay = None
    if pairs and before is not None and after is not None:
        cpu_ns, delay = _used(before, after)
        waited = sum(_length(pair) for pair in pairs if pair[0].kind is Kind.WAIT)
        # A holder that was given no CPU is still the holder; in a wait the delay is part of the wait.
        held_idle = delay if pairs[-1][0].kind is Kind.TAKE else 0
        idle = min(max(0, after.at_ns - before.at_ns - cpu_ns - waited - held_idle), without)
    for number, (one, later) in enumerate(pairs):
        length = _length((one, later))
        is_last = number == len(pairs) - 1
        if length <= 0:
            continue
        if one.kind is Kind.TAKE:
            yield Stretch(one.at_ns, later.at_ns, State.HOLDS, one.gil)
        elif one.kind is Kind.WAIT:
            late = min(delay or 0, length) if is_last else 0
            yield from _parts(one, later, {State.WAITS: length - late, State.NO_CPU: late})
        elif one.kind is Kind.DROP:
            if idle is None or delay is None:
                yield Stretch(one.at_ns, later.at_ns, State.UNKNOWN)
                continue
            share = _clear(idle / without) if len(pairs) > 2 else idle / without  # noqa: PLR2004 - more than one short one
            off = round(length * share)
            late = min(delay, off) if is_last else 0
            yield from _parts(
                one, later, {State.RELEASED: length - off, State.BLOCKED: off - late, State.NO_CPU: late}
            )


def _used(before: Event, after: Event) -> tuple[int, int]:
    """CPU time and run delay between two readings; a delay that this system doesn't tell counts as none."""
    delay = 0 if NOTHING in {before.delay_ns, after.delay_ns} else after.delay_ns - before.delay_ns
    return max(0, after.cpu_ns - before.cpu_ns), max(0, delay)


def _length(pair: tuple[Event, Event]) -> int:
    return pair[1].at_ns - pair[0].at_ns


def _clear(share: float) -> float:
    """Give all of it to one side where nearly all of it is."""
    return 0.0 if share < 1 - MOSTLY else 1.0 if share > MOSTLY else share


def _parts(one: Event, later: Event, lengths: dict[State, int]) -> Iterator[Stretch]:
    """Lay the parts of one stretch out in their order; a grain of dust goes to the largest."""
    largest = max(lengths, key=lambda state: lengths[state])
    kept = {state: length for state, length in lengths.items() if length >= GRAIN_NS or state is largest}
    kept[largest] += later.at_ns - one.at_ns - sum(kept.values())
    at = one.at_ns
    for state, length in kept.items():
        yield Stretch(at, at + length, state, one.gil)
        at += length
