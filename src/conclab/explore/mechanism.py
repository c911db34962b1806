"""The sentence that names what happened: who read what, before whom, and acted on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.explore.operation import Kind
from conclab.explore.outcome import FailureKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conclab.explore.moment import Moment
    from conclab.explore.outcome import Failure

Threads = "Mapping[int, tuple[str, int | None]]"
FIRST = "goes first"  # as coroutines.py puts it
NEAR = 3  # lines: a write so close behind a read was worked out from it


def explain(
    moments: Sequence[Moment], threads: Mapping[int, tuple[str, int | None]], failure: Failure
) -> str:
    """One sentence, or nothing if it would be a guess."""
    if failure.kind not in {FailureKind.ASSERTION, FailureKind.EXCEPTION, FailureKind.NOT_LINEARIZABLE}:
        return ""
    called = {number: name for number, (name, _) in threads.items()}
    for find in (_lost_update, _stale_check, _interrupted, _out_of_turn):
        sentence = find(moments, called)
        if sentence:
            return sentence
    if not any(moment.switch for moment in moments):
        return "no switch was needed: it fails in the order in which things happen anyway"
    return "it depends on the order in which they run: see who runs at the switch"


def _accesses(moments: Sequence[Moment]) -> Iterator[tuple[int, Moment, str, str, bool]]:
    """Position, moment, name, value, whether it writes."""
    for position, moment in enumerate(moments):
        for name, value in moment.reads:
            yield position, moment, name, value, False
        for name, value in moment.writes:
            yield position, moment, name, value, True


def _lost_update(moments: Sequence[Moment], called: Mapping[int, str]) -> str:
    """One read, another wrote, and the first wrote what it had worked out from the old value."""
    read: dict[tuple[int, str], tuple[int, Moment, str]] = {}
    wrote: dict[str, list[tuple[int, Moment, str]]] = {}
    for position, moment, name, value, writes in _accesses(moments):
        if not writes:
            read[moment.thread, name] = (position, moment, value)
            continue
        before = read.get((moment.thread, name))
        if before is not None and _near(before[1], moment):
            between = [
                one for one in wrote.get(name, ()) if one[0] > before[0] and one[1].thread != moment.thread
            ]
            if between:
                return _lost(called, name, before, between[0], (moment, value), read)
        wrote.setdefault(name, []).append((position, moment, value))
    return ""


def _lost(  # noqa: PLR0917
    called: Mapping[int, str],
    name: str,
    before: tuple[int, Moment, str],
    between: tuple[int, Moment, str],
    last: tuple[Moment, str],
    read: Mapping[tuple[int, str], tuple[int, Moment, str]],
) -> str:
    one, other = called[last[0].thread], called[between[1].thread]
    others = read.get((between[1].thread, name))
    if others is not None and others[2] == before[2] and others[0] < between[0]:
        return (
            f"{one} and {other} both read {name} = {before[2]} before either wrote: "
            f"{other} wrote {between[2]}, {one} wrote {last[1]}, and one update was lost"
        )
    return (
        f"{one} read {name} = {before[2]}, then {other} wrote {between[2]}, then {one} wrote {last[1]}, "
        f"worked out from what it had read: {other}'s update was lost"
    )


def _near(read: Moment, write: Moment) -> bool:
    if read.site is None or write.site is None or read.site.file != write.site.file:
        return False
    return 0 <= write.site.line - read.site.line <= NEAR


def _stale_check(moments: Sequence[Moment], called: Mapping[int, str]) -> str:
    """One looked, another changed what it had seen, and the first acted on it."""
    looks: dict[tuple[int, str], tuple[int, Moment, str]] = {}
    stale: list[tuple[Moment, str, str, Moment, str]] = []
    for position, moment, name, value, writes in _accesses(moments):
        if not writes:
            if moment.tested:
                looks[moment.thread, name] = (position, moment, value)
            continue
        for (thread, other), (_, look, seen) in looks.items():
            if other == name and thread != moment.thread and value != seen:
                stale.append((look, name, seen, moment, value))
    for look, name, seen, change, value in stale:
        act = next(
            (
                moment
                for moment in moments[_at(moments, change) + 1 :]
                if moment.thread == look.thread
                and moment.site is not None
                and moment.kind is not Kind.RELEASE
            ),
            None,
        )
        if act is not None and act.site is not None and look.site is not None and change.site is not None:
            return (
                f"{called[look.thread]} saw {name} = {seen} at line {look.site.line}; before it acted on "
                f"that at line {act.site.line}, {called[change.thread]} changed it to {value} at line "
                f"{change.site.line}"
            )
    return ""


def _interrupted(moments: Sequence[Moment], called: Mapping[int, str]) -> str:
    """Somebody was interrupted, and what others did meanwhile matters."""
    for position, moment in enumerate(moments):
        if not moment.switch or position == 0:
            continue
        before = next(
            (
                each
                for each in reversed(moments[:position])
                if each.thread != moment.thread and each.site is not None
            ),
            None,
        )
        if before is None or before.site is None:
            continue
        back = next(
            (number for number in range(position, len(moments)) if moments[number].thread == before.thread),
            len(moments),
        )
        changed = {name for each in moments[position:back] for name, _ in each.writes}
        who = called[moment.thread]
        what = f"changed {', '.join(sorted(changed))}" if changed else "ran"
        name, line = called[before.thread], before.site.line
        if before.kind is Kind.YIELD:
            return f"while {name} awaited at line {line}, {who} {what}"
        return f"after line {line} {name} was interrupted, and {who} {what} before it went on"
    return ""


def _out_of_turn(moments: Sequence[Moment], called: Mapping[int, str]) -> str:
    """A task of an event loop went before others that were ready."""
    for moment in moments:
        if moment.switch and moment.what.startswith(FIRST):
            return (
                f"{called[moment.thread]} {moment.what.replace(FIRST, 'went first', 1)}: loops take what is "
                "ready in turn today, but asyncio promises no order among tasks"
            )
    return ""


def _at(moments: Sequence[Moment], moment: Moment) -> int:
    return next(number for number, each in enumerate(moments) if each is moment)
