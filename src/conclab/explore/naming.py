"""What people call the things of the program: locks by the name they were given, places by their line."""

from __future__ import annotations

import linecache
import re
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.engine import Site

if TYPE_CHECKING:
    from conclab.explore.scheduler import Run, Task

ASSIGNED = re.compile(r"([\w.]+)\s*(?::[^=]+)?=[^=]")


def label(obj: Any) -> str:
    """The name in the line that made it: `self.lock = Lock()` makes `self.lock`."""
    made = getattr(obj, "made", None)
    if made is not None:
        match = ASSIGNED.match(source_of(made))
        if match:
            return match[1]
    return type(obj).__name__.lower()


def name_of(run: Run, obj: Any) -> str:
    """Its label; where several have the same, with a number in the order in which they were met."""
    mine = label(obj)
    same = [one for one in _known(run) if label(one) == mine]
    if obj not in same:
        same.append(obj)
    return mine if len(same) == 1 else f"{mine}#{same.index(obj) + 1}"


def _known(run: Run) -> list[Any]:
    trace = run.trace
    return [] if trace is None else trace.objects


def where(task: Task) -> Site | None:
    """Where a task stands, in the code under test."""
    frame = task.frame
    events = engine.STATE.events
    while frame is not None and events is not None and not events.is_users(frame.f_code):
        frame = frame.f_back
    return None if frame is None else Site(frame.f_code.co_filename, frame.f_lineno)


def source_of(site: Site) -> str:
    """The text of a line."""
    return linecache.getline(site.file, site.line).strip()


def line_of(site: Site | None) -> str:
    """`line 12`."""
    return "" if site is None else f"line {site.line}"
