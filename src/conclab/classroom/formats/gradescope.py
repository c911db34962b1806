"""Gradescope's results.json, one a student (gradescope-autograders.readthedocs.io, "Specifications").

Holds what students may read and no more; when they may read it, Gradescope sees to by `visibility`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conclab.classroom import tally
from conclab.classroom.model import Mark
from conclab.classroom.output import Format
from conclab.classroom.telling import UNDECIDED, held, told
from conclab.classroom.text import slugs

if TYPE_CHECKING:
    from conclab.classroom.model import Sheet
    from conclab.classroom.tally import Graded


def _files(graded: Graded) -> dict[str, str]:
    names = slugs(sheet.student for sheet in graded.sheets)
    return {
        f"gradescope/{names[sheet.student]}/results.json": json.dumps(_document(graded, sheet), indent=1)
        + "\n"
        for sheet in graded.sheets
    }


def _document(graded: Graded, sheet: Sheet) -> dict[str, Any]:
    lines = [graded.lab.title, held(sheet.isolation), sheet.note]
    lines += [UNDECIDED] if tally.looked_at(sheet) else []
    return {
        "score": tally.earned(graded.lab, sheet),
        "output": "\n".join(line for line in lines if line),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "tests": _tests(graded, sheet),
    }


def _tests(graded: Graded, sheet: Sheet) -> list[dict[str, Any]]:
    shown = {one.case.id: one for one in told(graded.lab, sheet)}
    tests = []
    for place, (case, result) in enumerate(tally.pairs(graded.lab, sheet), 1):
        one = shown.get(case.id)
        texts = (one.words, one.detail, one.columns) if one else ()
        test = {
            "name": case.title,
            "number": f"{case.task or 1}.{place}",
            "score": case.points if result.mark is Mark.PASSED else 0.0,
            "max_score": case.points,
            "status": "passed" if result.mark is Mark.PASSED else "failed",
            "output": "\n".join(text for text in texts if text),
            "visibility": str(case.visibility),
            "tags": ["hidden"] if case.hidden else [],
        }
        tests.append(test)
    return tests


FORMAT = Format("Gradescope's results.json for each student", _files)
