"""Submissions and roster to one submission a student, in an order that depends on nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING

from conclab.classroom.intake import roster
from conclab.classroom.intake.choose import choose, opened
from conclab.classroom.intake.groups import Group, groups
from conclab.classroom.intake.submission import Limits, Listing, Submission
from conclab.story.text import short

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from conclab.classroom.model import Lab

LIMITS = Limits()
LONGEST_NAME = 80
NOTHING = "nothing was handed in"
STRANGER = "not in the roster"


def collect(
    path: Path,
    lab: Lab,
    *,
    people: Iterable[roster.Person] | None = None,
    student: str = "",
    limits: Limits = LIMITS,
) -> tuple[Submission, ...]:
    """Return everybody's submission: the roster's order first, then those whom it lacks, by name.

    A person without one has a submission without files. Raises BadRequestError if nothing can be read.
    """
    found = [(group, _submission(group, lab, limits)) for group in groups(path, lab.files, limits, student)]
    found.sort(key=lambda pair: (roster.normal(pair[1].student), pair[1].student, pair[1].digest))
    if people is None:
        return _told_apart([submission for _, submission in found])
    return _told_apart(_in_order(found, list(people)))


def _submission(group: Group, lab: Lab, limits: Limits) -> Submission:
    listing = opened(Listing(tuple(group.entries), tuple(group.notes)), lab.files, limits)
    files, notes = choose(listing, lab.files, limits)
    return Submission(short(group.whose.student, LONGEST_NAME) or "?", files, notes)


def _in_order(found: list[tuple[Group, Submission]], people: list[roster.Person]) -> list[Submission]:
    taken: dict[int, Submission] = {}
    strangers = []
    for group, submission in found:
        person = roster.match((*group.whose.ids, group.whose.student), people, group.whose.number)
        if person is None:
            strangers.append(replace(submission, notes=(STRANGER, *submission.notes)))
        elif id(person) in taken:
            again = f"a second submission of {short(person.name, LONGEST_NAME)}"
            strangers.append(replace(submission, notes=(again, *submission.notes)))
        else:
            name = short(person.name, LONGEST_NAME)
            taken[id(person)] = replace(submission, student=name, extra=person.columns)
    missing = [
        taken.get(id(person))
        or Submission(short(person.name, LONGEST_NAME), {}, (NOTHING,), extra=person.columns)
        for person in people
    ]
    return [*missing, *strangers]


def _told_apart(submissions: list[Submission]) -> tuple[Submission, ...]:
    """Two of one name get numbers: a sheet, a file and a row belong to one person."""
    apart: dict[str, Submission] = {}
    for submission in submissions:
        numbered = (f"{submission.student} ({number})" for number in count(2))
        name = next(name for name in chain([submission.student], numbered) if name not in apart)
        apart[name] = replace(submission, student=name)
    return tuple(apart.values())
