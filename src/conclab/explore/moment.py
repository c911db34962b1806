"""One step of a story. Knows nothing of how it came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conclab.explore.naming import source_of

if TYPE_CHECKING:
    from conclab.explore.engine import Site
    from conclab.explore.operation import Kind


@dataclass(slots=True)
class Moment:
    """One step of the story."""

    thread: int
    site: Site | None
    kind: Kind | None
    what: str = ""
    reads: list[tuple[str, str]] = field(default_factory=list)
    writes: list[tuple[str, str]] = field(default_factory=list)
    tested: bool = False
    switch: bool = False
    blocked: bool = False
    values: dict[str, str] = field(default_factory=dict)
    held: dict[str, list[str]] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    at: dict[str, list[Any]] = field(default_factory=dict)


def step(moment: Moment) -> dict[str, Any]:
    """As plain data."""
    site = moment.site
    return {
        "thread": moment.thread,
        "file": None if site is None else Path(site.file).name,
        "line": None if site is None else site.line,
        "source": "" if site is None else source_of(site),
        "what": moment.what,
        "reads": [{"name": name, "value": value} for name, value in moment.reads],
        "writes": [{"name": name, "value": value} for name, value in moment.writes],
        "switch": moment.switch,
        "blocked": moment.blocked,
        "values": moment.values,
        "held": moment.held,
        "waiting": moment.waiting,
        "at": moment.at,
    }
