"""One page of feedback a student: what they may read of their results, offline, in a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.classroom.output import Format
from conclab.classroom.page import feedback
from conclab.classroom.text import slugs

if TYPE_CHECKING:
    from conclab.classroom.tally import Graded


def _files(graded: Graded) -> dict[str, str]:
    names = slugs(sheet.student for sheet in graded.sheets)
    return {
        f"feedback/{names[sheet.student]}.html": feedback.render(graded.lab, sheet) for sheet in graded.sheets
    }


FORMAT = Format("a page of feedback for each student", _files)
