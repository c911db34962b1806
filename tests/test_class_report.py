"""The report of a class: who needs a person, what went wrong together, what kept submissions apart."""

from __future__ import annotations

from dataclasses import replace

from classes import ordinary, sheet
from conclab.classroom.mistakes import mistakes
from conclab.classroom.model import Isolation, Layer
from conclab.classroom.page import feedback, whole_class
from conclab.classroom.tally import Graded
from conclab.classroom.telling import told
from graders import LAB


def graded(*sheets) -> Graded:
    return Graded(LAB, sheets, "3.11.7")


def test_the_same_failing_tests_are_the_same_mistake():
    """The most common first, under its author's name; the undecided and the missing made none yet."""
    found = mistakes(ordinary())
    assert [(one.matched, [each.student for each in one.sheets]) for one in found] == [
        ("no_lock", ["Bob", "Fay"]),
        ("", ["Eve"]),
    ]


def test_a_hang_and_a_crash_are_not_the_same_mistake():
    found = mistakes(graded(*(sheet(name, *[name] * 3) for name in ("timeout", "crash"))))
    assert sorted(one.reason for one in found) == [
        "no answer in time",
        "the process ended before it answered",
    ]


def test_what_the_columns_say_already_is_not_said_twice():
    one = sheet("Bob", "-", "+", "+")
    assert one.results[0].columns.startswith("1, expected 2")
    assert told(LAB, one)[0].columns.startswith("T1")
    assert feedback.render(LAB, one).count("1, expected 2") == 1


def test_the_first_sentence_counts_right():
    """Grammar too: one has, two have; nobody is no crash."""
    page = whole_class.render(ordinary())
    assert "5 of 6 students handed in. Of 10 points half of them have 5 or more, and 1 has all." in page
    assert "1 needs a person." in page
    assert "0 students, and nobody handed in" in whole_class.render(graded())
    assert "1 of 1 student handed in" in whole_class.render(graded(sheet("A", "+", "+", "+")))


def test_points_that_are_no_whole_numbers_have_bins():
    lab = replace(LAB, cases=tuple(replace(case, points=case.points / 4) for case in LAB.cases))
    page = whole_class.render(Graded(lab, (sheet("A", "+", "-", "+"),), "3"))
    assert "1.25 up to 1.5" in page
    assert "2.25 to 2.5" in page


def test_more_than_one_isolation_is_told_for_how_many():
    """A cluster's workers may differ; so may what was typed on another day."""
    apart = sheet("B", "+", "+", "+", isolation=Isolation(Layer.BASIC, ("limits",)))
    page = whole_class.render(graded(sheet("A", "+", "+", "+"), apart))
    assert "Isolation: kernel (landlock 7, seccomp)." in page
    assert "Isolation: basic (limits)." in page
    assert page.count("(1 submission)") == 2


def test_a_hidden_case_without_a_sentence_still_says_something():
    lab = replace(LAB, cases=tuple(replace(case, explain="") for case in LAB.cases))
    assert "This hidden test did not pass." in feedback.render(lab, sheet("B", "+", "-", "+"))
