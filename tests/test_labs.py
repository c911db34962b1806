"""A lab's folder is read whole or refused with a sentence; every declared case has a result."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from conclab.classroom import labs, pack
from conclab.classroom.cheats import cheats
from conclab.classroom.edition import leaks, student_files
from conclab.classroom.model import Mark, Reason
from conclab.classroom.testing.cases import grade_many, run_cases
from conclab.classroom.testing.grading import Entry
from conclab.classroom.verify import verify
from conclab.errors import BadRequestError, ContentError, UnknownNameError

LABS = Path(__file__).parent.parent / "labs"
TOML = """\
title = "Twice"
points = 3
files = ["solution.py"]
timeout_s = 2
needs = []
hints = ["Add it to itself."]
"""
SOLUTION = "def twice(x):\n    # BEGIN SOLUTION\n    return x + x\n    # END SOLUTION\n"
VISIBLE = """\
from conclab.classroom import lab

@lab.case("of one", points=1)
def test_one(student):
    assert student.code.twice(1) == 2
"""
HIDDEN = """\
from conclab.classroom import lab
from hypothesis import given, strategies as st

@lab.case("of anything", points=2, explain="Numbers below zero, and none.")
@given(st.integers())
def test_any(student, x):
    assert student.code.twice(x) == 2 * x
"""
DECLARED = '@lab.case("of anything", points=2, explain="Numbers below zero, and none.")'
WRONG = "# fails: test_any\n# only for those above zero\n\ndef twice(x):\n    return abs(x) + abs(x)\n"


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "01-twice"
    for part in ("tests/visible", "tests/hidden", "wrong"):
        (root / part).mkdir(parents=True)
    files = {
        "lab.toml": TOML,
        "lesson.md": "# Twice\n",
        "solution.py": SOLUTION,
        "tests/visible/test_one.py": VISIBLE,
        "tests/hidden/test_any.py": HIDDEN,
        "wrong/positive.py": WRONG,
    }
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def submission(tmp_path):
    def submit(text):
        (tmp_path / "solution.py").write_text(text, encoding="utf-8")
        return tmp_path

    return submit


def test_a_folder_is_a_lab(folder, submission):
    """Its cases in declared order, visible ones first; a starter; a result for each case."""
    lab = labs.load(folder)
    assert lab.lab.id == "twice"
    assert [(case.id, case.points, case.hidden) for case in lab.lab.cases] == [
        ("test_one", 1, False),
        ("test_any", 2, True),
    ]
    assert lab.starter == {"solution.py": "def twice(x):\n    raise NotImplementedError\n"}
    passed = run_cases(lab, submission(SOLUTION), hidden=True)
    assert [result.mark for result in passed] == [Mark.PASSED, Mark.PASSED]
    failed = run_cases(lab, submission(WRONG), hidden=True)
    assert [result.mark for result in failed] == [Mark.PASSED, Mark.FAILED]
    assert "x=-1" in failed[1].detail, "the smallest example"
    assert len(run_cases(lab, submission(SOLUTION), hidden=False)) == 1


def change(folder, name, old, new=""):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("lab.toml", 'title = "Twice"', "", "must say title"),
        ("lab.toml", "points = 3", "points = 4", "worth 3 points, lab.toml says 4"),
        ("lab.toml", "needs = []", 'needs = ["magic"]', "magic"),
        ("lab.toml", "needs = []", "needs = []\ncolour = 1", "colour"),
        ("lab.toml", '"Add it to itself."', '" "', "hints"),
        ("lab.toml", "title =", "title = =", "lab.toml"),
        ("lesson.md", "# Twice", " ", "lesson.md is missing or empty"),
        ("wrong/positive.py", "# fails: test_any", "# wrong", "must begin with # fails"),
        ("wrong/positive.py", "test_any", "test_other", "test_other, which is no case"),
        ("tests/hidden/test_any.py", DECLARED, "", "must be declared"),
        ("tests/hidden/test_any.py", ', explain="Numbers below zero, and none."', "", "explain"),
        ("tests/hidden/test_any.py", "points=2", "points=0", "more than 0 points"),
        ("tests/hidden/test_any.py", "from hypothesis", "from hypothesiss", "hypothesiss"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(folder, name, old, new, says):
    """An author's mistake is a sentence, and never a lab without tests."""
    change(folder, name, old, new)
    with pytest.raises(ContentError, match=says):
        labs.load(folder)


def test_starters():
    """What the mark says stands where the solution stood."""
    source = "a = 1\n# BEGIN SOLUTION: a = 0\na = 2\n# END SOLUTION\n"
    assert labs.strip(source) == "a = 1\na = 0\n"
    for wrong in ("# BEGIN SOLUTION\n", "# END SOLUTION\n", "# BEGIN SOLUTION\n# BEGIN SOLUTION\n"):
        with pytest.raises(ContentError):
            labs.strip(wrong)


def test_an_unknown_lab_is_told_with_the_nearest():
    """As everywhere."""
    with pytest.raises(UnknownNameError, match="race-counter"):
        labs.find(LABS, "race-conter")


def test_no_file_is_no_pass(folder, tmp_path):
    """An empty folder has a result for each case."""
    (tmp_path / "empty").mkdir()
    found = run_cases(labs.load(folder), tmp_path / "empty", hidden=True)
    assert [result.reason for result in found] == [Reason.MISSING, Reason.MISSING]


def test_paths_may_be_relative(folder, submission, monkeypatch):
    """The grader works elsewhere."""
    lab = labs.load(folder)
    monkeypatch.chdir(submission(SOLUTION))
    assert [result.mark for result in run_cases(lab, Path(), hidden=False)] == [Mark.PASSED]
    with pytest.raises(BadRequestError, match="no-python"):
        run_cases(lab, Path(), hidden=False, python="no-python")


def test_a_grader_that_dies_costs_one_submission(folder, submission):
    """It is BROKEN, a person looks, and the next one is graded."""
    change(folder, "tests/hidden/test_any.py", "@given(st.integers())\n", "")
    change(folder, "tests/hidden/test_any.py", "(student, x):", "(student):\n    x = 3")
    change(
        folder,
        "tests/hidden/test_any.py",
        "    assert",
        "    import os\n    if student.code.twice(1) != 2: os._exit(0)\n    assert",
    )
    lab = labs.load(folder)
    wrong = submission("def twice(x): return 0")
    good = folder.parent / "good"
    good.mkdir()
    (good / "solution.py").write_text(SOLUTION, encoding="utf-8")
    first, second = grade_many(lab, [Entry(wrong), Entry(good)], hidden=True)
    assert [result.mark for result in first.first] == [Mark.BROKEN, Mark.BROKEN]
    assert [result.mark for result in second.first] == [Mark.PASSED, Mark.PASSED]


def test_disagreement_is_for_a_person(folder, submission):
    """A hidden case that fails once and then passes is neither."""
    change(folder, "tests/hidden/test_any.py", "@given(st.integers())\n", "")
    change(
        folder,
        "tests/hidden/test_any.py",
        "(student, x):",
        "(student, runs=[]):\n    x = 3\n    runs.append(1)",
    )
    change(folder, "tests/hidden/test_any.py", "== 2 * x", "== 2 * x and len(runs) > 1")
    found = run_cases(labs.load(folder), submission(SOLUTION), hidden=True)
    assert (found[1].mark, found[1].reason) == (Mark.BROKEN, Reason.DISAGREED)


def test_a_student_gets_no_secret(folder):
    """And it is noticed if the lesson holds the solution."""
    lab = labs.load(folder)
    assert not list(leaks(lab, student_files(lab)))
    assert set(student_files(lab)) == {"lab.toml", "lesson.md", "solution.py", "tests/visible/test_one.py"}
    text = (folder / "tests/hidden/test_any.py").read_text(encoding="utf-8")
    assert list(leaks(lab, {"lesson.md": text}))


def test_cheats_define_what_the_solution_defines():
    """As functions, coroutine functions and classes with the same methods."""
    source = "class A:\n    def f(self): pass\n    async def g(self): pass\n\ndef h(): pass\n"
    for _, files in cheats({"solution.py": source}):
        names: dict = {}
        exec(compile(files["solution.py"], "solution.py", "exec"), names)
        assert {"A", "h"} <= set(names)
        assert {"f", "g"} <= set(vars(names["A"]))


def test_further_solutions_pass_and_go_nowhere(folder):
    """The gate tries each; no pack holds one, and values in tests do not depend on them."""
    before = labs.load(folder).lab.digest
    (folder / "right").mkdir()
    (folder / "right" / "product.py").write_text("def twice(x):\n    return 2 * x\n", encoding="utf-8")
    (folder / "right" / "not_so.py").write_text("def twice(x):\n    return 2\n", encoding="utf-8")
    lab = labs.load(folder)
    assert [path.stem for path in lab.right] == ["not_so", "product"]
    assert lab.lab.digest == before
    checks = {check.what: check.problems for check in verify(lab, times=1)}
    assert checks["right/product passes"] == ()
    assert "test_any: 1 of 1 times failed" in checks["right/not_so passes"][-1]
    with ZipFile(pack.autograder(lab, folder.parent)) as packed:
        assert "lab/solution.py" in packed.namelist()
        assert not [name for name in packed.namelist() if "right" in name]
    assert not [path for path in pack.student(lab, folder.parent / "out").rglob("*") if "right" in path.parts]
