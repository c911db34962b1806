"""JUnit XML, as build servers read it: a test suite a student. Holds what students may read and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # we write with it and read nothing

from conclab.classroom.model import Mark
from conclab.classroom.output import Format
from conclab.classroom.telling import Told, held, told

if TYPE_CHECKING:
    from conclab.classroom.model import Sheet
    from conclab.classroom.tally import Graded

# What did not pass, and the element that says so: a failure is the student's, an error the grader's.
ELEMENTS = {Mark.FAILED: "failure", Mark.BROKEN: "error"}


def _files(graded: Graded) -> dict[str, str]:
    root = ET.Element("testsuites", name=graded.lab.id)
    for sheet in graded.sheets:
        _suite(root, graded, sheet)
    ET.indent(root, " ")
    return {"junit.xml": '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"}


def _suite(root: ET.Element, graded: Graded, sheet: Sheet) -> None:
    cases = told(graded.lab, sheet)
    counts = {mark: str(sum(one.mark is mark for one in cases)) for mark in Mark}
    suite = ET.SubElement(
        root,
        "testsuite",
        name=sheet.student,
        tests=str(len(cases)),
        failures=counts[Mark.FAILED],
        errors=counts[Mark.BROKEN],
        skipped="0",
    )
    properties = ET.SubElement(suite, "properties")
    said = {"isolation": held(sheet.isolation), "python": sheet.python, "note": sheet.note}
    for name, value in said.items():
        ET.SubElement(properties, "property", name=name, value=value)
    for one in cases:
        _case(suite, graded.lab.id, one)


def _case(suite: ET.Element, lab: str, one: Told) -> None:
    case = ET.SubElement(suite, "testcase", classname=f"{lab}.{suite.get('name')}", name=one.case.title)
    if one.mark in ELEMENTS:
        element = ET.SubElement(case, ELEMENTS[one.mark], message=one.words, type=str(one.mark))
        element.text = "\n".join(text for text in (one.words, one.detail, one.columns) if text)


FORMAT = Format("JUnit XML, for build servers", _files)
