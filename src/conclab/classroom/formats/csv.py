"""The class as CSV for spreadsheets: one row a student, and no cell that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import io
import unicodedata
from typing import TYPE_CHECKING

from conclab.classroom import tally
from conclab.classroom.output import Format

if TYPE_CHECKING:
    from conclab.classroom.model import Sheet
    from conclab.classroom.tally import Graded

# owasp.org, "CSV Injection". Wide forms of the signs count for them in some spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")
TEXT = "'"


def safe(cell: str) -> str:
    """An apostrophe before what a spreadsheet would take for a formula: it shows the rest as text."""
    begin = unicodedata.normalize("NFKC", cell.lstrip()[:1])
    return TEXT + cell if begin.startswith(FORMULA) else cell


def _files(graded: Graded) -> dict[str, str]:
    columns = list(dict.fromkeys(key for sheet in graded.sheets for key in sheet.extra))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    cases = [case.id for case in graded.lab.cases]
    rest = ["matched", "person", "note", "layer", "submission", "python"]
    heading = ["student", *columns, "points", "undecided", "most", *cases, *rest]
    writer.writerow(map(safe, heading))
    for sheet in graded.sheets:
        writer.writerow(map(safe, _row(graded, sheet, columns)))
    return {"grades.csv": text.getvalue()}


def _row(graded: Graded, sheet: Sheet, columns: list[str]) -> list[str]:
    marks = [
        f"{result.mark} ({result.reason})" if result.reason else str(result.mark)
        for _, result in tally.pairs(graded.lab, sheet)
    ]
    return [
        sheet.student,
        *(sheet.extra.get(column, "") for column in columns),
        tally.number(tally.earned(graded.lab, sheet)),
        tally.number(tally.undecided(graded.lab, sheet)),
        tally.number(tally.most(graded.lab.cases)),
        *marks,
        sheet.matched,
        "yes" if tally.looked_at(sheet) else "",
        sheet.note,
        sheet.isolation.layer.name.lower() if sheet.submission_digest else "",
        sheet.submission_digest[:16],
        sheet.python,
    ]


FORMAT = Format("one row a student, for spreadsheets", _files)
