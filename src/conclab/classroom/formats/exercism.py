"""exercism's results.json, version 3, one a student (exercism.org, "The test runner interface").

Holds what students may read and no more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conclab.classroom.model import Mark
from conclab.classroom.output import Format
from conclab.classroom.telling import NOT_THERE, Told, told
from conclab.classroom.text import slugs

if TYPE_CHECKING:
    from conclab.classroom.model import Sheet
    from conclab.classroom.tally import Graded

VERSION = 3
STATUS = {Mark.PASSED: "pass", Mark.FAILED: "fail", Mark.BROKEN: "error"}
LONGEST_MESSAGE = 65_535
LONGEST_FILE = 500_000  # bytes


def _files(graded: Graded) -> dict[str, str]:
    names = slugs(sheet.student for sheet in graded.sheets)
    return {
        f"exercism/{names[sheet.student]}/results.json": _fitting(graded, sheet) for sheet in graded.sheets
    }


def _fitting(graded: Graded, sheet: Sheet) -> str:
    """Leave the details out if the file would be larger than what is read."""
    for longest in (LONGEST_MESSAGE, 2_000, 200):
        text = json.dumps(_document(graded, sheet, longest), indent=1) + "\n"
        if len(text.encode()) <= LONGEST_FILE:
            break
    return text


def _document(graded: Graded, sheet: Sheet, longest: int) -> dict[str, Any]:
    if not sheet.submission_digest:  # no test ran: version 3 asks for a message and no tests
        message = f"{NOT_THERE} {sheet.note}".strip()[:LONGEST_MESSAGE]
        return {"version": VERSION, "status": "error", "message": message, "tests": []}
    cases = told(graded.lab, sheet)
    passed = all(one.mark is Mark.PASSED for one in cases)
    tests = [_test(one, longest) for one in cases]
    return {"version": VERSION, "status": "pass" if passed else "fail", "message": None, "tests": tests}


def _test(one: Told, longest: int) -> dict[str, Any]:
    test: dict[str, Any] = {"name": one.case.title, "status": STATUS[one.mark]}
    if one.mark is not Mark.PASSED:
        message = "\n".join(text for text in (one.words, one.detail, one.columns) if text)
        test["message"] = message[:longest]
    if one.case.task is not None:
        test["task_id"] = one.case.task
    return test


FORMAT = Format("exercism's results.json (version 3) for each student", _files)
