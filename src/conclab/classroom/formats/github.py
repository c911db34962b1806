"""Annotations for GitHub Actions, with the two notices that GitHub Classroom reads the points from.

Workflow commands are lines (docs.github.com, "Workflow commands"), and a submission may hold such lines. What
a student had a hand in stands behind a bar, between stop-commands and a token that is the digest of the whole
text: nobody can write a text that holds its own digest.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from conclab.classroom import tally
from conclab.classroom.model import Mark
from conclab.classroom.output import Format
from conclab.classroom.telling import Told, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conclab.classroom.model import Sheet
    from conclab.classroom.tally import Graded

DATA: dict[str, str | int | None] = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY: dict[str, str | int | None] = DATA | {":": "%3A", ",": "%2C"}


def data(text: str) -> str:
    """A command's message."""
    return text.translate(str.maketrans(DATA))


def value(text: str) -> str:
    """A command's property."""
    return text.translate(str.maketrans(PROPERTY))


def _files(graded: Graded) -> dict[str, str]:
    said = [line for sheet in graded.sheets for line in _said(graded, sheet)]
    commands = [line for sheet in graded.sheets for line in _commands(graded, sheet)]
    token = sha256("\n".join([*said, *commands]).encode()).hexdigest()
    lines = [f"::stop-commands::{token}", *(f"| {line}" for line in said), f"::{token}::", *commands]
    return {"github.txt": "\n".join(lines) + "\n"}


def _said(graded: Graded, sheet: Sheet) -> Iterator[str]:
    """What the log shows of it, line by line."""
    points, most = _points(graded, sheet)
    yield f"{sheet.student}: {tally.number(points)} of {tally.number(most)} points"
    if sheet.note:
        yield sheet.note
    for one in told(graded.lab, sheet):
        yield f"{one.mark}: {one.case.title}"
        for text in (one.words, one.detail, one.columns):
            yield from (f"    {line}" for line in text.split("\n") if text)


def _commands(graded: Graded, sheet: Sheet) -> Iterator[str]:
    lines = {result.case: result.line for _, result in tally.pairs(graded.lab, sheet)}
    for one in told(graded.lab, sheet):
        if one.mark is Mark.FAILED:
            yield _annotation(
                "error", one, graded.lab.files[0], None if one.case.hidden else lines[one.case.id]
            )
        elif one.mark is Mark.BROKEN:
            yield _annotation("warning", one, graded.lab.files[0], None)
    points, most = _points(graded, sheet)
    yield f"::notice title=Autograding complete::Points {tally.number(points)}/{tally.number(most)}"
    report = json.dumps({"totalPoints": points, "maxPoints": most})
    yield f"::notice title=Autograding report::{data(report)}"


def _annotation(kind: str, one: Told, file: str, line: int | None) -> str:
    place = f"file={value(file)}," + (f"line={line},endLine={line}," if line else "")
    message = "\n".join(text for text in (one.words, one.detail) if text)
    return f"::{kind} {place}title={value(one.case.title)}::{data(message)}"


def _points(graded: Graded, sheet: Sheet) -> tuple[float, float]:
    return tally.earned(graded.lab, sheet), tally.most(graded.lab.cases)


FORMAT = Format("annotations for GitHub Actions, and points for GitHub Classroom", _files)
