"""The class as JSON: all that there is, for the teacher. Schema conclab.grades/1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conclab.classroom.documents import of_graded
from conclab.classroom.output import Format

if TYPE_CHECKING:
    from conclab.classroom.tally import Graded


def _files(graded: Graded) -> dict[str, str]:
    return {"grades.json": json.dumps(of_graded(graded), indent=1, allow_nan=False) + "\n"}


FORMAT = Format("everything, for programs; class report reads it", _files)
