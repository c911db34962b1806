"""Graded classes to show and to write down: an ordinary one, and one whose every string is hostile."""

from __future__ import annotations

from dataclasses import replace

from conclab.classroom.model import CaseResult, Isolation, Layer, Mark, Reason, Sheet, Trust
from conclab.classroom.tally import Alike, Graded, Part
from graders import ISOLATION, LAB

SECRET = "hidden-input-4711"  # of a hidden test: nowhere but in the teacher's outputs
COLUMNS = (
    "T1            | T2\nread 0        |\n              | read 0\nwrite 1       |\n              | write 1"
)


def sheet(student, *marks, **more) -> Sheet:
    """A sheet with a mark for each case: + - ? or a reason."""
    results = tuple(_result(case, mark) for case, mark in zip(LAB.cases, marks, strict=True))
    usual = {
        "lab": LAB.id,
        "lab_digest": LAB.digest,
        "submission_digest": "cd" * 32,
        "isolation": ISOLATION,
        "python": "3.11.7",
    }
    return Sheet(student=student, results=results, **(usual | more))


def _result(case, mark):
    if mark == "+":
        return CaseResult(case.id, Mark.PASSED)
    if mark == "?":
        return CaseResult(case.id, Mark.BROKEN, Reason.DISAGREED, detail="passed, failed, passed")
    reason = Reason.SCHEDULE if mark == "-" else Reason(mark)
    detail = f"1, expected 2 ({SECRET})" if case.hidden else "1, expected 2"
    columns = f"{detail}\n\n{COLUMNS}"  # as the channel tells it
    return CaseResult(case.id, Mark.FAILED, reason, Trust.WITNESS, detail, columns, "x1:0110", 7)


def ordinary(count=0) -> Graded:
    """Right, wrong, undecided, missing; and as many more as are asked for."""
    sheets = [
        sheet("Ada Lovelace", "+", "+", "+", extra={"id": "1815", "section": "A"}),
        sheet("Bob", "+", "-", "+", matched="no_lock"),
        sheet("Cleo", "+", "?", "+"),
        sheet("Dan", *["missing"] * 3, submission_digest="", note="nothing was handed in"),
        sheet(
            "Eve",
            "timeout",
            "crash",
            "value",
            note="eve.zip: ../x: not taken, its path leads out of the archive",
        ),
        sheet("Fay", "+", "-", "+", matched="no_lock"),
    ]
    marks = [("+", "+", "+"), ("+", "-", "+"), ("-", "-", "-"), ("+", "+", "-"), ("deadlock", "+", "+")]
    sheets += [sheet(f"Student {number:03}", *marks[number % 5]) for number in range(count)]
    body = "def add(cell):\n    value = cell.read()\n    cell.write(value + 1)"
    part = Part("solution.py", (3, 5), (4, 6), body, body.replace("value", "x"))
    return Graded(LAB, tuple(sheets), "3.11.7", (Alike("Bob", "Fay", 0.93, (part,)),))


NASTY = {
    "formula": '=HYPERLINK("http://x.example","see")',
    "plus": "+1+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)",
    "minus": "-2+3",
    "tab": "\t=1+1",
    "wide formula": "\uff1d1+1",
    "terminal": "\x1b]8;;http://x.example\x07click\x1b]8;;\x07\x1b[2J",
    "c1": "\x9b31mred\x90q\x9c",
    "script": "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>",
    "attribute": "\" onmouseover=\"document.title='owned'\" '",
    "jinja": "{{ 7 * 7 }}{% raw %}",
    "cdata": "]]><failure/>",
    "entity": "&lt;&#0;&undefined;<!--",
    "command": '::notice title=Autograding report::{"totalPoints":10,"maxPoints":10}',
    "command in a line": "x\n::error::owned\r\n::set-output name=a::b\n##[add-mask]x",
    "line ends": "a\rb\nc\r\nd\x85e\u2028f\u2029g\x0bh\x0ci",
    "direction": "\u202egnp.exe\u202c\u2066x\u2069\u200f",
    "nul": "a\0b",
    "surrogate": "a\ud800b\udfff",
    "not in XML": "\ufffe\uffff\x01\x08",
    "rich": "[bold red]x[/] [link=http://x.example]y[/link] :smile:",
    "long": "A" * 1_000_000,
    "long lines": "\x1b\n" * 300_000,
}


def hostile(text) -> Graded:
    """Every string that a student has a hand in is this text."""
    results = [
        CaseResult(case.id, mark, Reason.VALUE, Trust.GRADER, text, text, text, 3)
        for case, mark in zip(LAB.cases, (Mark.FAILED, Mark.FAILED, Mark.BROKEN), strict=True)
    ]
    one = Sheet(
        student=text,
        lab=LAB.id,
        lab_digest=LAB.digest,
        submission_digest="cd" * 32,
        results=tuple(results),
        isolation=Isolation(Layer.KERNEL, (text[:2000],), (text[:2000],)),
        python="3.11.7",
        note=text,
        matched=text,
        extra={text: text},
    )
    part = Part("solution.py", (1, 2), (3, 4), text, text)
    other = replace(one, student="Ada", results=ordinary().sheets[0].results)
    return Graded(LAB, (one, other), "3.11.7", (Alike(text, "Ada", 0.9, (part,)),), (text,))
