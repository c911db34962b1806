"""Tries the orders of a scenario, fewest preemptions first, until one fails or none is left."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from conclab.classroom.faults import Fault, ScheduleFault, StuckFault, said
from conclab.classroom.model import Reason
from conclab.classroom.stage.story import document, picture
from conclab.explore.codes import decode, encode
from conclab.explore.policies.exhaustive import Exhaustive
from conclab.explore.policies.greedy import Greedy
from conclab.explore.policies.pct import Pct
from conclab.explore.policies.plan import Plan
from conclab.explore.policy import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conclab.classroom.stage.stage import Stage
    from conclab.explore.policy import Policy

SAMPLE = 40  # random ones at most, where those up to the bound are too many
SHARE = 5  # and no more than this part of the budget


@dataclass(frozen=True, slots=True)
class Wish:
    """How far to search."""

    preemptions: int | None = 2
    budget: int = 200
    replay: str = ""
    first: int = 0  # number of the first schedule: its random values hang on that


@dataclass(frozen=True, slots=True)
class Covered:
    """What was tried without a failure."""

    schedules: int
    exhausted: bool


def search(scenario: Callable[[Stage], Any], stages: Callable[[Policy, int], Stage], wish: Wish) -> Covered:
    """Run the scenario in one order after the other. Raises the first Fault, with its story.

    It ends when the bound is exhausted or the budget used up, and never by a clock: where the time of the
    case is over before that, a stage raises, and there is no pass.
    """
    count, last = wish.first, None
    for policy, most in _policies(wish):
        tried = 0
        while count - wish.first < most and policy.another(last if tried else None):  # type: ignore[arg-type]
            last = stages(policy, count)
            try:
                _run(scenario, last)
            except Fault as fault:
                fault.document |= {"number": count, "policy": type(policy).__name__.lower()}
                raise
            tried, count = tried + 1, count + 1
        if policy.exhausted:
            return Covered(count, exhausted=True)
    return Covered(count, exhausted=False)


def _policies(wish: Wish) -> Iterator[tuple[Policy, int]]:
    """Each with the number of schedules at which the next one has its turn."""
    if wish.replay:
        yield Plan(decode(wish.replay)[1]), 1
        return
    limits = Limits(wish.preemptions, Random(0))
    yield Greedy(limits), wish.budget
    yield Exhaustive(limits), wish.budget - min(SAMPLE, wish.budget // SHARE)
    yield Pct(limits), wish.budget


def _run(scenario: Callable[[Stage], Any], stage: Stage) -> None:
    try:
        scenario(stage)
        stage.finish()
    except AssertionError as error:
        fault = ScheduleFault(said(error))
        if not stage.plan:
            fault.reason = Reason.VALUE
        raise tell(fault, stage) from None
    except Fault as fault:
        raise tell(fault, stage)  # noqa: B904 - the same one


def tell(fault: Fault, stage: Stage) -> Fault:
    """Give a fault the story of the execution in which it was seen, and the code of that."""
    stuck = fault if isinstance(fault, StuckFault) else None
    kind = stuck.kind if stuck else "exception" if fault.reason is Reason.EXCEPTION else "assertion"
    details = stuck.details if stuck else ()
    summary = fault.text.split("\n", 1)[0]
    fault.columns = picture(stage.told(), kind=kind, summary=summary, details=details)
    fault.document = document(stage.told(), kind=kind, summary=summary, details=details)
    fault.schedule = encode(stage.plan, stage.fingerprint)
    return fault
