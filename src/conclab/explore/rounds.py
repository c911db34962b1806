"""What goes round and round: the part of a story that repeats up to its end, told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conclab.explore.outcome import Failure

LONGEST = 120  # moments of one round
FEWEST = 8  # rounds, or it is a coincidence


def rounds(moments: Sequence[Moment]) -> tuple[int, int, int]:
    """Where the first round begins, how many moments it has, and how often it comes; no moments: none."""
    keys = [(one.thread, one.site, one.kind) for one in moments]
    for length in range(1, min(LONGEST, len(keys) // FEWEST) + 1):
        begin = len(keys) - length
        while begin >= length and keys[begin - length : begin] == keys[-length:]:
            begin -= length
        times = (len(keys) - begin) // length
        if times >= FEWEST:
            return begin, length, times
    return 0, 0, 0


def told_once(moments: list[Moment]) -> list[Moment]:
    """Up to the end of the first round, and a last moment that says how often it comes."""
    begin, length, times = rounds(moments)
    if not length:
        return moments
    last = moments[begin + length - 1]
    more = Moment(last.thread, last.site, None, f"and so on: repeated {times:,} times, without an end")
    more.values, more.held, more.waiting, more.at = last.values, last.held, last.waiting, last.at
    return [*moments[: begin + length], more]


def say(failure: Failure, moments: Sequence[Moment], called: Mapping[int, str]) -> None:
    """Who goes round, on which lines, and what each round looks at."""
    begin, length, times = rounds(moments)
    if not length:
        return
    part = moments[begin : begin + length]
    who = " and ".join(dict.fromkeys(called[one.thread] for one in part))
    lines = sorted({one.site.line for one in part if one.site is not None})
    where = f" at line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}" if lines else ""
    several = len({one.thread for one in part}) > 1
    failure.summary = f"no end: {who} {'go' if several else 'goes'} round and round{where}"
    seen = dict.fromkeys(f"{name} = {value}" for one in part for name, value in one.reads)
    changes = any(one.writes for one in part)
    looks = f"each round sees {' and '.join(seen)}, and nobody changes that" if seen and not changes else ""
    same = "step" if length == 1 else f"{length} steps"
    failure.mechanism = looks or f"the same {same} came {times:,} times, then this was given up"
