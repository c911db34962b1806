"""The report of a class: one page, offline. Reads a Graded alone: grades.json gives it again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from conclab.classroom import tally, telling
from conclab.classroom.mistakes import Mistake, mistakes
from conclab.classroom.model import Mark, Reason, Sheet
from conclab.classroom.page.feedback import SIGNS, style, templates
from conclab.classroom.text import inert, slugs
from conclab.report.sheet import save, script_hash, source

if TYPE_CHECKING:
    from pathlib import Path

    from conclab.classroom.model import Case, CaseResult
    from conclab.classroom.tally import Graded

NAME = "report.html"
BINS = 12
WORDS = {Mark.PASSED: "passed", Mark.FAILED: "failed", Mark.BROKEN: "not decided"}


@dataclass(frozen=True, slots=True)
class Row:
    """One student in the table."""

    anchor: str
    sheet: Sheet
    earned: str
    undecided: str
    person: str  # why one has to look, if so
    pairs: tuple[tuple[Case, CaseResult], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the histogram."""

    label: str
    count: int
    share: float  # of the highest, in percent


def write(graded: Graded, folder: Path) -> Path:
    """Write the page, whole or not at all, and return its path."""
    return save(render(graded), folder / NAME)


def render(graded: Graded) -> str:
    """Return the page as text. It depends on the class alone."""
    graded = inert(graded)
    script = source(templates(), "class.js")
    anchors = slugs(sheet.student for sheet in graded.sheets)
    rows = [_row(graded, sheet, anchors[sheet.student]) for sheet in graded.sheets]
    return (
        templates()
        .get_template("class.html.jinja")
        .render(
            graded=graded,
            lab=graded.lab,
            rows=rows,
            anchors=anchors,
            answer=_answer(graded),
            people=[row for row in rows if row.person],
            missing=[row for row in rows if not row.sheet.submission_digest],
            bars=_bars(graded),
            most=tally.number(tally.most(graded.lab.cases)),
            mistakes=mistakes(graded),
            mistake=_mistake,
            rates=_rates(graded),
            isolation=_isolation(graded),
            interleaving=telling.interleaving,
            reasons=telling.REASONS | telling.FOR_TEACHERS,
            same_reason=telling.same_reason,
            signs=SIGNS,
            words=WORDS,
            number=tally.number,
            style=style(),
            script=script,
            script_hash=script_hash(script),
        )
    )


def _row(graded: Graded, sheet: Sheet, anchor: str) -> Row:
    undecided = tally.undecided(graded.lab, sheet)
    return Row(
        anchor=anchor,
        sheet=sheet,
        earned=tally.number(tally.earned(graded.lab, sheet)),
        undecided=tally.number(undecided) if undecided else "",
        person=_person(graded, sheet),
        pairs=tuple(tally.pairs(graded.lab, sheet)),
    )


def _person(graded: Graded, sheet: Sheet) -> str:
    """Why a person has to look, in a few words."""
    if not tally.looked_at(sheet):
        return ""
    titles: dict[str, list[str]] = {}
    for case, result in tally.pairs(graded.lab, sheet):
        if result.reason is Reason.DISAGREED:
            titles.setdefault("repeated, it came to something else", []).append(case.title)
        elif result.mark is Mark.BROKEN or result.reason is Reason.INFRASTRUCTURE:
            titles.setdefault("the grader could not decide", []).append(case.title)
    return "; ".join(f"{why}: {', '.join(cases)}" for why, cases in titles.items())


def _answer(graded: Graded) -> str:
    """The class in two sentences."""
    handed_in = [sheet for sheet in graded.sheets if sheet.submission_digest]
    if not handed_in:
        return f"{_count(len(graded.sheets), 'student')}, and nobody handed in what the lab asks for."
    points = [tally.earned(graded.lab, sheet) for sheet in handed_in]
    most = tally.most(graded.lab.cases)
    full = sum(value >= most for value in points)
    text = (
        f"{len(handed_in)} of {_count(len(graded.sheets), 'student')} handed in. "
        f"Of {tally.number(most)} points half of them have {tally.number(median(points))} or more, "
        f"and {full} {'has' if full == 1 else 'have'} all."
    )
    people = sum(map(tally.looked_at, graded.sheets))
    return text + (f" {people} {'needs' if people == 1 else 'need'} a person." if people else "")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _bars(graded: Graded) -> list[Bar]:
    """How many have how many points: one bar for each that can be had, or as many as can be read."""
    most = tally.most(graded.lab.cases)
    points = [tally.earned(graded.lab, sheet) for sheet in graded.sheets if sheet.submission_digest]
    whole = most < BINS and all(value == int(value) for value in (*points, most))
    width = 1.0 if whole else (most / 10 or 1.0)
    last = int(most) if whole else 9
    counts = Counter(min(int(value / width + 1e-9), last) for value in points)
    highest = max(counts.values(), default=1)
    bars = []
    for place in range(last + 1):
        low, high = place * width, (place + 1) * width
        end = "" if place == last else " up to"
        label = tally.number(low) if whole else f"{tally.number(low)}{end or ' to'} {tally.number(high)}"
        bars.append(Bar(label, counts[place], 100 * counts[place] / highest))
    return bars


def _rates(graded: Graded) -> list[int]:
    """How many passed each case, of those who handed in."""
    failing = [tally.failing(graded.lab, sheet) for sheet in graded.sheets if sheet.submission_digest]
    return [sum(case.id not in one for one in failing) for case in graded.lab.cases]


def _isolation(graded: Graded) -> list[str]:
    """What held, once in words; if it was not the same for all, for how many."""
    counts = Counter(sheet.isolation for sheet in graded.sheets if sheet.submission_digest)
    lines = []
    for isolation, count in counts.most_common():
        missing = f" What the next levels lack: {'; '.join(isolation.missing)}." if isolation.missing else ""
        who = "" if len(counts) == 1 else f" ({_count(count, 'submission')})"
        lines.append(f"{telling.held(isolation)}{missing}{who}")
    return lines


def _mistake(one: Mistake) -> str:
    """A cluster's heading."""
    if one.reason:
        return one.reason
    if one.matched:
        return one.matched.replace("_", " ").replace("-", " ")
    return "not one of the lab's known mistakes"
