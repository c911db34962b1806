"""What people call the things of the program: locks by the name they were given, places by their line."""

from __future__ import annotations

import ast
import linecache
import re
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.engine import Site

if TYPE_CHECKING:
    from conclab.explore.scheduler import Run
    from conclab.explore.tasks import Task

ASSIGNED = re.compile(r"([\w.]+)\s*(?::[^=]+)?=[^=]")


class Names:
    """One name for each thing, whatever a thread calls it; equal names get numbers."""

    def __init__(self, made: list[Any]) -> None:
        self._made = made
        self._names: dict[Any, str] = {}
        self._listed: dict[str, int] = {}
        self._things: list[Any] = []  # kept alive, so that no id is used twice

    def of(self, thing: Any) -> str:
        """Of a lock, an event, a task ..."""
        while self._made:
            self._name(self._made.pop(0))
        return self._name(thing)

    def _name(self, thing: Any) -> str:
        lock = getattr(thing, "_lock", None)
        if lock is not None and getattr(lock, "made", None) == getattr(thing, "made", None):
            thing = lock  # a condition that made its own lock: one thing to whoever reads
        if id(thing) not in self._names:
            self._things.append(thing)
            self._names[id(thing)] = self._fresh(label(thing), listed=_is_listed(thing))
        return self._names[id(thing)]

    def of_place(self, place: Any, text: str) -> str:
        """Of an attribute, a variable, or what is inside a container."""
        if place is None or None in place:
            return text
        if place not in self._names:
            self._names[place] = text if self._is_inside(place, text) else self._fresh(text)
        return self._names[place]

    def _is_inside(self, place: Any, text: str) -> bool:
        """Whether this is the container that an attribute of that name holds, or the other way round."""
        kinds = {"attribute", "items", "cell"} - {place[0]}
        known = [other for other, name in self._names.items() if name == text]
        return len(known) == 1 and isinstance(known[0], tuple) and known[0][0] in kinds

    def _fresh(self, text: str, *, listed: bool = False) -> str:
        if listed:
            self._listed[text] = self._listed.get(text, -1) + 1
            return f"{text}[{self._listed[text]}]"
        taken = set(self._names.values())
        if text not in taken:
            return text
        return next(name for number in range(2, len(taken) + 3) if (name := f"{text}#{number}") not in taken)


def _is_listed(thing: Any) -> bool:
    """Whether it is one of a list that was made in one line: `[Lock() for _ in range(5)]`."""
    made = getattr(thing, "made", None)
    return made is not None and " for " in source_of(made) and "[" in source_of(made)


def label(obj: Any) -> str:
    """The name in the line that made it: `self.lock = Lock()` makes `self.lock`."""
    made = getattr(obj, "made", None)
    if made is not None:
        match = ASSIGNED.match(source_of(made))
        name = match[1] if match else _of_several(made)
        if name:
            return name
    own = getattr(obj, "name", None)
    return own if isinstance(own, str) and own else type(obj).__name__.lower()


def _of_several(made: Site) -> str:
    """`one, other = Lock(), Lock()`: the name in the same place."""
    whole = linecache.getline(made.file, made.line)
    try:
        statement = ast.parse(whole.strip()).body[0]
    except (SyntaxError, IndexError):
        return ""
    at = made.column - (len(whole) - len(whole.lstrip()))
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            for name, value in zip(names, values, strict=False):
                if value.col_offset <= at < (value.end_col_offset or 0):
                    return whole.strip()[name.col_offset : name.end_col_offset]
    return ""


def name_of(run: Run, obj: Any) -> str:
    """The name in the story that is being told; outside of one its label."""
    return label(obj) if run is None or run.trace is None else str(run.trace.names.of(obj))


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
