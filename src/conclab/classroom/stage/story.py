"""The steps of one execution, told as the document that `conclab.story` and explore's columns read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conclab.explore.columns import columns
from conclab.story.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conclab.classroom.hosted.base import Ask
    from conclab.classroom.stage.tasks import Task

KEPT = 400  # steps: of more, the last ones
WIDTH = 100


@dataclass(frozen=True, slots=True)
class Moment:
    """One step."""

    task: int
    at: tuple[str, int] | None
    what: str
    reads: Sequence[tuple[str, str]]
    writes: Sequence[tuple[str, str]]
    switch: bool
    blocked: bool
    held: Mapping[str, list[str]]
    waiting: Mapping[str, str]
    places: Mapping[str, list[Any]]


class Story:
    """Takes steps down as they happen."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.moments: list[Moment] = []
        self.of = 0
        self._switched = False

    def add(self, ask: Ask, tasks: Iterable[Task], *, switch: bool, blocked: bool = False) -> None:
        """One step of the task that asked, or that it has to wait. A begin is none: the next step is."""
        if not blocked and not ask.what and not ask.reads and not ask.writes:
            self._switched = self._switched or switch
            return
        self.of += 1
        switch, self._switched = switch or self._switched, False
        living = [task for task in tasks if not task.ended]
        wanted = {
            str(task.id): task.pending.target.label(task.pending)
            for task in living
            if task.pending is not None and not task.pending.free()
        }
        self.moments.append(
            Moment(
                ask.task.id,
                ask.at,
                f"waits for {ask.target.label(ask)}" if blocked else ask.what,
                () if blocked else tuple(ask.reads),
                () if blocked else tuple(ask.writes),
                switch,
                blocked,
                {str(task.id): [lock.name for lock in task.held] for task in living if task.held},
                wanted,
                {str(task.id): list(task.at) for task in living if task.at},
            )
        )
        if len(self.moments) > 2 * KEPT:
            del self.moments[:KEPT]

    def told(self, tasks: Iterable[Task]) -> dict[str, Any]:
        """As plain data."""
        kept = self.moments[-KEPT:]
        values: dict[str, str] = {}
        steps = []
        for moment in kept:
            values = values | dict(moment.reads) | dict(moment.writes)
            steps.append(self._step(moment, values))
        first = {moment.task for moment in kept}
        threads = [{"id": task.id, "name": task.name} for task in tasks if task.id in first or task.ours]
        return {
            "threads": threads,
            "files": dict(self.files),
            "steps": steps,
            "kept": len(steps),
            "of": self.of,
        }

    def _step(self, moment: Moment, values: Mapping[str, str]) -> dict[str, Any]:
        file, line = moment.at or (None, None)
        return {
            "thread": moment.task,
            "file": file,
            "line": line,
            "source": self._source(file, line),
            "what": moment.what,
            "reads": [{"name": name, "value": value} for name, value in moment.reads],
            "writes": [{"name": name, "value": value} for name, value in moment.writes],
            "switch": moment.switch,
            "blocked": moment.blocked,
            "values": dict(values),
            "held": dict(moment.held),
            "waiting": dict(moment.waiting),
            "at": dict(moment.places),
        }

    def _source(self, file: str | None, line: int | None) -> str:
        lines = self.files.get(file or "", "").splitlines()
        return plain(lines[line - 1].strip()) if line and line <= len(lines) else ""


def picture(story: dict[str, Any], *, kind: str, summary: str, details: Sequence[str] = ()) -> str:
    """A story in columns, as `conclab explore` shows it."""
    return (
        columns(document(story, kind=kind, summary=summary, details=details), WIDTH) if story["steps"] else ""
    )


def document(
    story: dict[str, Any], *, kind: str, summary: str, details: Sequence[str] = ()
) -> dict[str, Any]:
    """A story as `conclab explore` writes it down."""
    failure = {
        "kind": kind, "summary": summary, "mechanism": "", "details": list(details), "traceback": [],
        "thread": None, "file": None, "line": None, "replay": "", "schedule": 0, "policy": "",
        "switches": 0, "switches_found": 0, "replays": [0, 0],
    }  # fmt: skip
    return {
        "target": "the submission", "verdict": "fails", "failure": failure, "story": story,
        "coverage": {"sentence": ""}, "not_controlled": None,
    }  # fmt: skip
