"""A student's page. Made from what a student may read, and from nothing else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from conclab.classroom import tally, telling
from conclab.classroom.model import Mark
from conclab.report.sheet import environment, source

if TYPE_CHECKING:
    from jinja2 import Environment

    from conclab.classroom.model import Lab, Sheet

PACKAGE = "conclab.classroom.page"
SIGNS = {Mark.PASSED: "✓", Mark.FAILED: "✗", Mark.BROKEN: "?"}


@cache
def templates() -> Environment:
    """Read and compile our templates once: a class has a page for each student."""
    return environment(PACKAGE)


@cache
def style() -> str:
    """What every page of the classroom looks like."""
    return source(templates(), "page.css") + source(templates(), "class.css")


def render(lab: Lab, sheet: Sheet) -> str:
    """Return the page as text. It has no script at all."""
    cases = telling.told(lab, sheet)
    return (
        templates()
        .get_template("feedback.html.jinja")
        .render(
            lab=lab,
            sheet=sheet,
            cases=cases,
            points=tally.number(sum(one.points for one in cases)),
            most=tally.number(tally.most(one.case for one in cases)),
            passed=sum(one.mark is Mark.PASSED for one in cases),
            open=tally.looked_at(sheet),
            unseen=telling.unseen(lab),
            undecided=telling.UNDECIDED,
            number=tally.number,
            signs=SIGNS,
            style=style(),
        )
    )
