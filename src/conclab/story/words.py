"""Sentences about an exploration that both views say, word for word the same."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from conclab.story.text import plain, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Document = Mapping[str, Any]

KINDS = {
    "assertion": "an assertion fails",
    "exception": "an exception",
    "deadlock": "a deadlock",
    "lost-wakeup": "a lost wake-up",
    "livelock": "a livelock",
    "leaked-lock": "a lock that is never given back",
    "unfinished-thread": "a thread that never ends",
    "not-linearizable": "results that no order of the calls explains",
}


def how_found(document: Document) -> str:
    """After how much, by whom, how far it could be reduced, and whether it comes back."""
    failure = document["failure"]
    again, tries = failure["replays"]
    came = "each time" if again == tries else f"{again} of {tries} times"
    replayed = f"Replayed {_count(tries, 'time', 'times')}: it failed {came}." if tries else ""
    found = f"Found in schedule {failure['schedule']:,} by the policy {short(failure['policy'])}."
    return " ".join(filter(None, (found, _switches(failure), replayed)))


def _switches(failure: Mapping[str, Any]) -> str:
    now, before = failure["switches"], failure["switches_found"]
    more = f" ({before} when it was found)" if before != now else ""
    return f"It needs {_count(now, 'chosen switch', 'chosen switches')}{more}."


def replay(document: Document) -> str:
    """The command that runs this very schedule again. A document may bring its own."""
    if "again" in document:
        return plain(document["again"])
    target, code = (shlex.quote(plain(text)) for text in (document["target"], document["failure"]["replay"]))
    return f"conclab explore {target} --replay {code}"


def left_out(document: Document) -> str:
    """Whether there is more than is shown."""
    story = document["story"]
    if story["kept"] == story["of"]:
        return ""
    return f"{story['kept']:,} of {story['of']:,} steps are shown, the middle is left out."


def limits(document: Document) -> Iterator[str]:
    """What was tried, and what could not be controlled."""
    yield f"Tried: {plain(document['coverage']['sentence'])}."
    if document["not_controlled"]:
        yield f"Not controlled: {plain(document['not_controlled'])}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number or 'no'} {one if number <= 1 else many}"
