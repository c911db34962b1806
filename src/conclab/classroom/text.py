"""Strings that other people wrote, made harmless before any output sees them; formats escape on top.

Students choose names of files and folders, messages, values and interleavings; all of it reaches terminals,
spreadsheets, browsers and build logs.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from conclab.story.text import code, short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conclab.classroom.model import CaseResult, Lab, Sheet
    from conclab.classroom.tally import Graded

LONGEST_LINE = 300
LONGEST_BLOCK = 8_000
LONGEST_NAME = 80
CUT = "\n… (cut)"
LINE_ENDS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def line(text: str, longest: int = LONGEST_LINE) -> str:
    """One line without controls, marks of direction or half characters: what can't be seen is written out."""
    return short(text[: longest + 1], longest)


def block(text: str, longest: int = LONGEST_BLOCK) -> str:
    """Several lines, each harmless; what is too long says that it was cut."""
    whole = text.removesuffix(CUT)
    told = "\n".join(code(one) for one in LINE_ENDS.split(whole[:longest])).rstrip()
    # Signs that are written out are longer than what they stand for.
    cut = whole is not text or len(whole) > longest or len(told) > longest
    return told[:longest].rstrip() + (CUT if cut else "")


def inert(graded: Graded) -> Graded:
    """Make every string of a class harmless. Doing it twice changes nothing."""
    return replace(
        graded,
        lab=_lab(graded.lab),
        sheets=tuple(map(_sheet, graded.sheets)),
        alike=tuple(
            replace(
                pair,
                one=line(pair.one, LONGEST_NAME),
                other=line(pair.other, LONGEST_NAME),
                parts=tuple(
                    replace(
                        part,
                        file=line(part.file),
                        here_text=block(part.here_text),
                        there_text=block(part.there_text),
                    )
                    for part in pair.parts
                ),
            )
            for pair in graded.alike
        ),
        notes=tuple(map(line, graded.notes)),
    )


def slugs(names: Iterable[str]) -> dict[str, str]:
    """A file's name for each student, which no system takes for a path, an option or another one's."""
    taken: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60] or "student"
        slug, number = plain, 1
        while slug.casefold() in {one.casefold() for one in taken.values()}:
            number += 1
            slug = f"{plain}-{number}"
        taken[name] = slug
    return taken


def _lab(lab: Lab) -> Lab:
    cases = tuple(
        replace(case, title=line(case.title), explain=block(case.explain, 2_000)) for case in lab.cases
    )
    return replace(lab, id=line(lab.id), title=line(lab.title), cases=cases)


def _sheet(sheet: Sheet) -> Sheet:
    return replace(
        sheet,
        student=line(sheet.student, LONGEST_NAME),
        note=line(sheet.note, 2_000),
        matched=line(sheet.matched),
        python=line(sheet.python, LONGEST_NAME),
        results=tuple(map(_result, sheet.results)),
        isolation=replace(
            sheet.isolation,
            parts=tuple(map(line, sheet.isolation.parts)),
            missing=tuple(map(line, sheet.isolation.missing)),
        ),
        extra={line(key): line(value) for key, value in sheet.extra.items()},
    )


def _result(result: CaseResult) -> CaseResult:
    return replace(
        result,
        detail=block(result.detail),
        columns=block(result.columns),
        schedule=line(result.schedule, 2_000),
    )
