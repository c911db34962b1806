"""A graded class as JSON and back: grades.json, from which every other output can be made again.

Schema `conclab.grades/1`, kept in grades.schema.json. No times: a class that was graded again, or resumed
after a kill, gives the same file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conclab.classroom import tally
from conclab.classroom.model import (
    Case,
    CaseResult,
    Isolation,
    Lab,
    Layer,
    Mark,
    Reason,
    Sheet,
    Trust,
    Visibility,
)
from conclab.errors import BadRequestError

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]
SCHEMA = "conclab.grades/1"
LARGEST_BYTES = 256 << 20


def of_result(result: CaseResult) -> Json:
    """Write a result down."""
    return {
        "case": result.case,
        "mark": result.mark.value,
        "reason": result.reason.value if result.reason else None,
        "trust": result.trust.value,
        "detail": result.detail,
        "columns": result.columns,
        "schedule": result.schedule,
        "line": result.line,
    }


def to_result(said: Json) -> CaseResult:
    """Read it back. Raises KeyError, TypeError or ValueError."""
    return CaseResult(
        case=str(said["case"]),
        mark=Mark(said["mark"]),
        reason=Reason(said["reason"]) if said["reason"] else None,
        trust=Trust(said["trust"]),
        detail=str(said["detail"]),
        columns=str(said["columns"]),
        schedule=str(said["schedule"]),
        line=None if said["line"] is None else int(said["line"]),
        seconds=float(said.get("seconds", 0)),
    )


def of_isolation(isolation: Isolation) -> Json:
    """Write down what held."""
    return {
        "layer": isolation.layer.name.lower(),
        "parts": list(isolation.parts),
        "missing": list(isolation.missing),
    }


def to_isolation(said: Json) -> Isolation:
    """Read it back. Raises KeyError, TypeError or ValueError."""
    layer = Layer[said["layer"].upper()]
    return Isolation(layer, tuple(map(str, said["parts"])), tuple(map(str, said["missing"])))


def of_lab(lab: Lab) -> Json:
    """Write down what outputs need to know of a lab: nothing of its tests but their names."""
    return {
        "id": lab.id,
        "title": lab.title,
        "files": list(lab.files),
        "digest": lab.digest,
        "cases": [
            {
                "id": case.id,
                "title": case.title,
                "points": tally.figure(case.points),
                "hidden": case.hidden,
                "explain": case.explain,
                "task": case.task,
                "visibility": case.visibility.value,
            }
            for case in lab.cases
        ],
    }


def of_graded(graded: tally.Graded) -> Json:
    """Write down a whole class."""
    return {
        "schema": SCHEMA,
        "python": graded.python,
        "lab": of_lab(graded.lab),
        "notes": list(graded.notes),
        "sheets": [_of_sheet(graded.lab, sheet) for sheet in graded.sheets],
        "alike": [
            {
                "one": pair.one,
                "other": pair.other,
                "share": round(pair.share, 3),
                "parts": [
                    {
                        "file": part.file,
                        "here": list(part.here),
                        "there": list(part.there),
                        "here_text": part.here_text,
                        "there_text": part.there_text,
                    }
                    for part in pair.parts
                ],
            }
            for pair in graded.alike
        ],
    }


def read(path: Path) -> tally.Graded:
    """Read grades.json. Raises BadRequestError for a file that is none."""
    try:
        with path.open(encoding="utf-8") as file:
            document = json.loads(file.read(LARGEST_BYTES))
        return _to_graded(document)
    except OSError as error:
        raise BadRequestError(
            f"can't read {path}: {error.strerror}; conclab class grade writes it into its --out folder"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadRequestError(f"{path} is no {SCHEMA}: {type(error).__name__}: {error}") from None


def _of_sheet(lab: Lab, sheet: Sheet) -> Json:
    return {
        "student": sheet.student,
        "points": tally.earned(lab, sheet),
        "undecided": tally.undecided(lab, sheet),
        "most": tally.most(lab.cases),
        "person": tally.looked_at(sheet),
        "submission": sheet.submission_digest,
        "note": sheet.note,
        "matched": sheet.matched,
        "isolation": of_isolation(sheet.isolation),
        "extra": dict(sheet.extra),
        "results": [of_result(result) for _, result in tally.pairs(lab, sheet)],
    }


def _to_graded(said: Json) -> tally.Graded:
    if said["schema"] != SCHEMA:
        raise ValueError(f"its schema is {said['schema']!r}")
    lab = _to_lab(said["lab"])
    return tally.Graded(
        lab=lab,
        sheets=tuple(_to_sheet(one, lab, said["python"]) for one in said["sheets"]),
        python=said["python"],
        alike=tuple(map(_to_alike, said["alike"])),
        notes=tuple(said["notes"]),
    )


def _to_alike(said: Json) -> tally.Alike:
    parts = tuple(
        tally.Part(
            part["file"],
            (int(part["here"][0]), int(part["here"][1])),
            (int(part["there"][0]), int(part["there"][1])),
            part["here_text"],
            part["there_text"],
        )
        for part in said["parts"]
    )
    return tally.Alike(said["one"], said["other"], float(said["share"]), parts)


def _to_lab(said: Json) -> Lab:
    return Lab(
        id=said["id"],
        title=said["title"],
        files=tuple(said["files"]),
        digest=said["digest"],
        cases=tuple(
            Case(
                id=one["id"],
                title=one["title"],
                points=float(one["points"]),
                hidden=bool(one["hidden"]),
                explain=one["explain"],
                task=one["task"],
                visibility=Visibility(one["visibility"]),
            )
            for one in said["cases"]
        ),
    )


def _to_sheet(said: Json, lab: Lab, python: str) -> Sheet:
    return Sheet(
        student=said["student"],
        lab=lab.id,
        lab_digest=lab.digest,
        submission_digest=said["submission"],
        results=tuple(map(to_result, said["results"])),
        isolation=to_isolation(said["isolation"]),
        python=python,
        note=said["note"],
        matched=said["matched"],
        extra=dict(said["extra"]),
    )
