"""No hostile submission gains a point, each ends within its deadline, and what it says can be shown."""

from __future__ import annotations

import time

import pytest

from conclab.classroom.model import Mark
from conclab.classroom.testing.judging import judge
from conclab.classroom.testing.student import Student
from hostile_submissions import ATTACKS, WRONG

SILENCE_S = 1.5  # what a submission that hangs costs here; a grader gives 10 s
DEADLINE_S = 60.0  # a hang guard


def adds(student):
    a, b = student.stage.random.randrange(10**6), student.stage.random.randrange(10**6)
    found = student.code.add(a, b)
    assert found == a + b


def counts(student):
    def scenario(stage):
        start, first, second = (stage.random.randrange(1, 10**6) for _ in range(3))
        cell = stage.cell(start)
        counter = stage.code.Counter(cell)
        stage.thread("ann", counter.increment, first)
        stage.thread("bob", counter.increment, second)
        stage.run()
        assert cell.value == start + first + second

    student.schedules(scenario)


@pytest.fixture
def submitted(tmp_path):
    students = []

    def submit(source):
        (tmp_path / "solution.py").write_text(source, encoding="utf-8")
        students.append(Student(tmp_path, ("solution.py",), seed="test", timeout_s=SILENCE_S))
        return students[-1]

    yield submit
    for student in students:
        student.close()


def test_a_solution_passes_both(submitted):
    """Else the others would show nothing."""
    solution = """
import threading

def add(a, b):
    return a + b

class Counter:
    def __init__(self, cell):
        self.cell, self.lock = cell, threading.Lock()

    def increment(self, amount):
        with self.lock:
            self.cell.value += amount
"""
    adds(submitted(solution))
    counts(submitted(solution))


@pytest.mark.parametrize("check", [adds, counts], ids=["values", "schedules"])
@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_gains_anything(submitted, name, check):
    """Wrong values, a crash, silence, nonsense: each is a fault of its own, and none is a pass."""
    student = submitted(WRONG + ATTACKS[name])
    begin = time.monotonic()
    with pytest.raises(Exception) as found:  # noqa: PT011 - judged below
        check(student)
    assert time.monotonic() - begin < DEADLINE_S
    result = judge(name, found.value, seconds=0)
    assert result.mark is Mark.FAILED
    for text in (result.detail, result.columns):
        assert len(text) < 200_000
        assert all(char.isprintable() or char == "\n" for char in text)
