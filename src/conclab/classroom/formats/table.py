"""The class as a table for a terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from conclab.classroom import tally
from conclab.classroom.model import Mark, Reason, Sheet
from conclab.classroom.output import Format
from conclab.classroom.telling import held, same_reason

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from conclab.classroom.tally import Graded

WIDTH = 110
SIGNS = {Mark.PASSED: ("+", "green"), Mark.FAILED: ("-", "red"), Mark.BROKEN: ("?", "yellow")}
LONGEST_NOTE = 200


def render(graded: Graded, console: Console) -> None:
    """Print a class. Nothing in it is markup: every cell is a text of its own."""
    from rich.table import Table  # noqa: PLC0415 - slow to import
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    for heading, more in (("student", {}), ("points", {"justify": "right"}), ("tests", {}), ("", {})):
        table.add_column(heading, overflow="fold", **more)  # type: ignore[arg-type]
    for sheet in graded.sheets:
        table.add_row(
            Text(sheet.student), Text(_points(graded, sheet)), _marks(graded, sheet), Text(_remark(sheet))
        )
    console.print(table)
    for line in _below(graded):
        console.print(Text(line), soft_wrap=False)


def _below(graded: Graded) -> list[str]:
    lines = ["", "tests: + passed, - failed, ? not decided"]
    lines += [f"{place:>3} {case.title}" for place, case in enumerate(graded.lab.cases, 1)] + [""]
    lines += sorted({held(sheet.isolation) for sheet in graded.sheets if sheet.submission_digest})
    people = [sheet.student for sheet in graded.sheets if tally.looked_at(sheet)]
    if people:
        lines.append(f"A person has to look at: {', '.join(people)}")
    return lines + [f"note: {note}" for note in graded.notes]


def _points(graded: Graded, sheet: Sheet) -> str:
    undecided = tally.undecided(graded.lab, sheet)
    open_ = f" +{tally.number(undecided)}?" if undecided else ""
    most = tally.number(tally.most(graded.lab.cases))
    return f"{tally.number(tally.earned(graded.lab, sheet))}{open_}/{most}"


def _marks(graded: Graded, sheet: Sheet) -> Text:
    from rich.text import Text  # noqa: PLC0415

    marks = Text()
    for _, result in tally.pairs(graded.lab, sheet):
        sign, colour = SIGNS[result.mark]
        marks.append(sign, style=colour)
    return marks


def _remark(sheet: Sheet) -> str:
    reasons = {result.reason for result in sheet.results}
    disagreed = "repeated, it came to something else" if Reason.DISAGREED in reasons else ""
    matched = f"as in {sheet.matched}" if sheet.matched else ""
    remark = "; ".join(one for one in (disagreed, matched, same_reason(sheet), sheet.note) if one)
    return remark if len(remark) <= LONGEST_NOTE else remark[: LONGEST_NOTE - 1] + "…"


def _files(graded: Graded) -> dict[str, str]:
    from rich.console import Console  # noqa: PLC0415 - slow to import

    text = io.StringIO()
    render(graded, Console(file=text, width=WIDTH, color_system=None, legacy_windows=False))
    lines = (line.rstrip() for line in text.getvalue().splitlines())
    return {"grades.txt": "\n".join(lines) + "\n"}


FORMAT = Format("a table for the terminal", _files)
