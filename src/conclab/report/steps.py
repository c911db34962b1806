"""steps.html: a counterexample to step through, one file that needs neither network nor server.

Without JavaScript it is the whole interleaving as a table. What it shows comes from code under test, its data
and its source: the template escapes all of it, and nothing in it can run.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from conclab.numerals import duration
from conclab.report import moments
from conclab.report.sheet import embedded, environment, save, script_hash, source
from conclab.story.rows import columns_of, endings, rows
from conclab.story.text import lines_of, names, plain, short
from conclab.story.words import KINDS, how_found, left_out, limits, replay

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    Document = Mapping[str, Any]

COLOURS = 8  # of steps.css
SHORT_FILE = 40  # lines that are shown whole beside a thread
AROUND = 5  # lines before and after each one that a thread ever stands on, in a longer file


@dataclass(frozen=True, slots=True)
class Thread:
    """How a thread is told from the others: by its name, and by a colour for the eye."""

    id: int
    name: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of source, and the threads that had a step on it."""

    number: int
    text: str
    threads: tuple[Thread, ...]


def write(document: Document, path: Path) -> Path:
    """Write the page, whole or not at all, and return its path."""
    return save(render(document), path)


def render(document: Document) -> str:
    """Return the page as text. It depends on the document alone."""
    templates = environment()
    script = source(templates, "steps.js")
    return templates.get_template("steps.html.jinja").render(
        document=document,
        failure=document["failure"],
        kind=KINDS.get(document["failure"]["kind"], "") if document["failure"] else "",
        how_found=how_found(document) if document["failure"] else "",
        replay=replay(document) if document["failure"] else "",
        limits=list(limits(document)),
        told=_told(document) if document["story"] and document["story"]["steps"] else None,
        style=source(templates, "page.css") + source(templates, "steps.css"),
        script=script,
        script_hash=script_hash(script),
        embedded=embedded,
        duration=duration,
        plain=plain,
        short=short,
    )


def _told(document: Document) -> dict[str, Any]:
    """Everything that only a page with a story has."""
    told = rows(document)
    stands = endings(document, told)
    lanes = columns_of(document, [*told, *stands])
    threads = _threads(document)
    after = moments.moments(document, told)
    files = _listings(document, threads)
    return {
        "rows": told,
        "endings": stands,
        "threads": threads,
        "thread": {one.id: one for one in threads},
        "lanes": [one for one in threads if one.id in lanes],
        "moments": after,
        "score": [list(_score(after, place)) for place in range(len(threads))],
        "switches": [row.first for row in told if row.arrival and row.arrival.number],
        "shared": [short(name) for name in moments.values_of(document)],
        "locks": [short(name) for name in moments.locks_of(document)],
        "files": files,
        "outdated": any(one.outdated for moment in after for one in moment.threads),
        "cut": document["story"].get("cut"),
        "left_out": left_out(document),
        "view": {
            "steps": [asdict(one) for one in after],
            "files": {name: list(_excerpt(lines, after, name)) for name, lines in files.items()},
            "rows": [[row.first, row.last] for row in told],
        },
    }


def _threads(document: Document) -> list[Thread]:
    called = names(document)
    return [Thread(key, name, f"t{place % COLOURS}") for place, (key, name) in enumerate(called.items())]


def _score(after: Sequence[moments.Moment], place: int) -> Iterator[tuple[int, str]]:
    """When a thread ran, and whether it wrote, read or waited then."""
    for number, moment in enumerate(after):
        if moment.thread == place:
            marks = {value.mark for value in moment.values}
            waits = moment.threads[place].state == "waiting"
            yield (
                number,
                next((mark for mark in ("write", "read") if mark in marks), "wait" if waits else "step"),
            )


def _listings(document: Document, threads: Sequence[Thread]) -> dict[str, list[Line]]:
    steps, files = document["story"]["steps"], document["story"]["files"]
    ran = {
        (step["file"], step["line"], one.id): one
        for one in threads
        for step in steps
        if step["thread"] == one.id
    }
    return {
        short(name): [
            Line(number, text, tuple(one for one in threads if (name, number, one.id) in ran))
            for number, text in enumerate(lines_of(content.rstrip("\n")), 1)
        ]
        for name, content in files.items()
    }


def _excerpt(lines: Sequence[Line], after: Sequence[moments.Moment], file: str) -> Iterator[tuple[int, str]]:
    """The lines that stand beside a thread: a short file whole, of a long one what is around its steps."""
    spots = {one.line for moment in after for one in moment.threads if one.file == file and one.line}
    for line in lines:
        if len(lines) <= SHORT_FILE or any(abs(line.number - spot) <= AROUND for spot in spots):
            yield line.number, line.text
