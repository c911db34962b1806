"""A class is graded job by job: nothing twice, nothing lost, nobody at another's cost."""

from __future__ import annotations

import json
import platform
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graders
from conclab.classroom import documents, jobs
from conclab.classroom.grade import grade, require, sheets
from conclab.classroom.intake.submission import Submission
from conclab.classroom.journal import Journal, alone
from conclab.classroom.model import CaseResult, Isolation, Layer, Mark, Reason
from conclab.classroom.runners.local import Local
from conclab.classroom.tally import Graded, earned, looked_at, undecided
from conclab.errors import BadRequestError
from graders import BENCH, ISOLATION, KNOWN, LAB, source

PATIENCE_S = 60


@pytest.fixture(autouse=True)
def graders_are_found(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", str(graders.HERE))
    monkeypatch.setenv("CONCLAB_TEST_COUNT", str(tmp_path / "count"))


def handed_in(**files) -> list[Submission]:
    return [Submission(name, {"solution.py": content} if content else {}) for name, content in files.items()]


class Here:
    """A runner without processes."""

    def __init__(self, stop_after=None):
        self.done, self.stop_after = [], stop_after

    def finished(self):
        return []

    def run(self, work):
        for job in work:
            if self.stop_after is not None and len(self.done) >= self.stop_after:
                raise KeyboardInterrupt
            self.done.append(job.key)
            yield job.key, jobs.read(next(jobs.execute([job.request])))


def make(one, layer=Layer.KERNEL):
    return jobs.job(one, LAB, graders.HERE, layer=layer, bench=BENCH)


def graded(submissions, folder, runner=None):
    """Grade them all; returns the class and the runner."""
    runner = runner or Here()
    folder.mkdir(exist_ok=True)
    with Journal(folder / "results.jsonl") as journal:
        outcomes = grade(submissions, LAB, make=make, runner=runner, journal=journal, tell=lambda *_: None)
    made = sheets(submissions, LAB, outcomes, isolation=ISOLATION, known=KNOWN)
    return Graded(LAB, made, platform.python_version()), runner


def text(folder_or_graded) -> str:
    return json.dumps(documents.of_graded(folder_or_graded), indent=1)


CLASS = handed_in(
    ada=source("ada"),
    bob=source("bob", fail=["test_no_lost_update"]),
    cleo=source("ada"),
    dan=None,
    eve=source("eve", broken=["test_secret"]),
    fay=source("fay", fail=["test_two", "test_no_lost_update", "test_secret"]),
)


def test_points_mistakes_and_who_needs_a_person(tmp_path):
    made, _ = graded(CLASS, tmp_path)
    assert [(one.student, earned(LAB, one), undecided(LAB, one), one.matched) for one in made.sheets] == [
        ("ada", 10, 0, ""),
        ("bob", 5, 0, "no_lock"),
        ("cleo", 10, 0, ""),
        ("dan", 0, 0, ""),
        ("eve", 8, 2, ""),
        ("fay", 0, 0, ""),
    ]
    assert [one.student for one in made.sheets if looked_at(one)] == ["eve"]
    assert {one.reason for one in made.sheets[3].results} == {Reason.MISSING}
    assert all(one.isolation == ISOLATION for one in made.sheets)


def test_equal_submissions_are_graded_once(tmp_path):
    """Ada and Cleo handed in the same bytes."""
    made, runner = graded(CLASS, tmp_path)
    assert len(runner.done) == 4
    assert made.sheets[0].results == made.sheets[2].results


def test_what_is_done_is_not_done_again(tmp_path):
    first, _ = graded(CLASS, tmp_path)
    again, runner = graded(CLASS, tmp_path)
    assert runner.done == []
    assert text(first) == text(again)


@pytest.mark.parametrize(
    ("submission", "lab", "more"),
    [
        ("other", LAB, {}),
        ("same", replace(LAB, digest="cd" * 32), {}),
        ("same", replace(LAB, cases=LAB.cases[:2]), {}),
        ("same", LAB, {"layer": Layer.BASIC}),
        ("same", LAB, {"python": "3.99.0"}),
    ],
)
def test_a_key_is_all_that_an_outcome_depends_on(submission, lab, more):
    usual = {"layer": Layer.KERNEL, "python": "3.11.7"}
    assert jobs.key("same", LAB, **usual) == jobs.key("same", LAB, **usual)
    assert jobs.key(submission, lab, **(usual | more)) != jobs.key("same", LAB, **usual)


# -- interrupted ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", range(4))
def test_an_interrupted_class_is_resumed_to_the_same_table(tmp_path, after):
    """Byte for byte, and only the rest is graded."""
    whole, _ = graded(CLASS, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        graded(CLASS, tmp_path / "cut", Here(stop_after=after))
    resumed, runner = graded(CLASS, tmp_path / "cut")
    assert len(runner.done) == 4 - after
    assert text(resumed) == text(whole)


def test_what_was_finished_when_it_was_interrupted_is_kept(tmp_path):
    """Also what nobody had yet put on the disk."""

    class Stopped(Here):
        def run(self, work):
            self.left = [(job.key, jobs.read(next(jobs.execute([job.request])))) for job in work]
            yield self.left.pop()
            raise KeyboardInterrupt

        def finished(self):
            return self.left[:1]

    with pytest.raises(KeyboardInterrupt):
        graded(CLASS, tmp_path, Stopped())
    _, runner = graded(CLASS, tmp_path)
    assert len(runner.done) == 2


@settings(max_examples=40)
@given(keep=st.integers(0, 4_000), tail=st.binary(max_size=30))
def test_a_journal_cut_anywhere_gives_the_same_table(tmp_path_factory, keep, tail):
    """A power cut tears the last line, or leaves noise in its place."""
    folder = tmp_path_factory.mktemp("cut")
    whole, _ = graded(CLASS, folder)
    path = folder / "results.jsonl"
    data = path.read_bytes()
    path.write_bytes(data[:keep] + tail)
    resumed, runner = graded(CLASS, folder)
    assert len(runner.done) + data[:keep].count(b"\n") == 4 or b"\n" in tail
    assert text(resumed) == text(whole)
    again, runner = graded(CLASS, folder)
    assert runner.done == []
    assert text(again) == text(whole)
    assert path.read_bytes().count(b"\n") - tail.count(b"\n") <= 4
    assert path.read_bytes().endswith(b"\n")


def test_a_changed_line_is_as_if_it_were_not_there(tmp_path):
    graded(CLASS, tmp_path)
    path = tmp_path / "results.jsonl"
    path.write_text(path.read_text().replace("failed", "passed", 1))
    made, runner = graded(CLASS, tmp_path)
    assert len(runner.done) == 1
    assert earned(LAB, made.sheets[1]) == 5


def test_two_graders_in_one_folder_are_refused(tmp_path):
    with (
        alone(tmp_path),
        pytest.raises(BadRequestError, match="somebody else is grading into"),
        alone(tmp_path),
    ):
        pass
    with alone(tmp_path):
        pass


# -- the grader's own faults ---------------------------------------------------------------------------------


def test_the_graders_own_fault_is_no_zero_and_is_tried_again(tmp_path):
    """It costs nobody else, a person looks, and the next run grades it anew."""
    submissions = handed_in(ada=source(), bad=b"# raises\n", mute=b"# silent\n")
    made, _ = graded(submissions, tmp_path)
    assert [earned(LAB, one) for one in made.sheets] == [10, 0, 0]
    assert [undecided(LAB, one) for one in made.sheets] == [0, 10, 10]
    assert "the grader's own fault" in made.sheets[1].results[0].detail
    assert len(made.sheets[2].results) == len(LAB.cases)
    _, runner = graded(submissions, tmp_path)
    assert len(runner.done) == 2


def test_jobs_done_together_cost_each_other_nothing():
    """Whatever the grader does with one of them, the next is graded."""
    together = handed_in(a=source("a"), b=b"# raises\n", c=source("c", fail=["test_two"]), d=b"# silent\n")
    found = [jobs.read(line) for line in jobs.execute([make(one).request for one in together])]
    assert [outcome.results[0].mark for outcome in found] == ["passed", "broken", "failed", "broken"]


def test_a_worker_that_has_less_isolation_than_asked_for_grades_nothing():
    outcome = jobs.read(next(jobs.execute([make(CLASS[0], layer=Layer.NAMESPACES).request])))
    assert {one.reason for one in outcome.results} == {Reason.INFRASTRUCTURE}
    assert "here only kernel holds: bubblewrap is not installed" in outcome.results[0].detail


def test_in_processes_one_that_dies_or_hangs_costs_nobody_else(tmp_path):
    submissions = handed_in(
        ada=source("a"), dies=b"# dies\n", bob=source("b", fail=["test_two"]), cleo=source("c")
    )
    made, _ = graded(submissions, tmp_path, Local(2, PATIENCE_S))
    assert [earned(LAB, one) for one in made.sheets] == [10, 0, 7, 10]
    assert "died or took too long, twice" in made.sheets[1].results[0].detail
    made, _ = graded(handed_in(ada=source("d"), hangs=b"# hangs\n"), tmp_path / "late", Local(1, 2))
    assert [undecided(LAB, one) for one in made.sheets] == [0, 10]


def test_processes_give_the_same_table_as_one(tmp_path):
    here, _ = graded(CLASS, tmp_path / "here")
    apart, _ = graded(CLASS, tmp_path / "apart", Local(2, PATIENCE_S))
    assert text(here) == text(apart)


# -- what isolation is asked for -----------------------------------------------------------------------------


def test_hidden_tests_are_refused_where_they_could_be_read():
    basic = Isolation(Layer.BASIC, (), ("the kernel has no Landlock",))
    with pytest.raises(BadRequestError, match="--isolation basic grades all the same"):
        require(LAB, Layer.BASIC, basic, typed=False)
    with pytest.raises(BadRequestError, match="does not hold here, basic does: the kernel has no Landlock"):
        require(LAB, Layer.KERNEL, basic, typed=True)
    require(LAB, Layer.BASIC, basic, typed=True)
    require(replace(LAB, cases=LAB.cases[:1]), Layer.BASIC, basic, typed=False)
    require(LAB, Layer.KERNEL, ISOLATION, typed=False)


# -- the record ----------------------------------------------------------------------------------------------

results = st.builds(
    CaseResult,
    case=st.text(max_size=9),
    mark=st.sampled_from(Mark),
    reason=st.none() | st.sampled_from(Reason),
    detail=st.text(st.characters(), max_size=20),
    columns=st.text(max_size=9),
    line=st.none() | st.integers(1, 99),
    seconds=st.integers(0, 99).map(float),
)


@given(st.lists(results, max_size=3), st.sampled_from(Layer))
def test_an_outcome_comes_back_as_it_was(found, layer):
    outcome = jobs.Outcome(tuple(found), Isolation(layer, ("a",), ("b",)))
    assert jobs.read(jobs.written(outcome)) == outcome
    assert "\n" not in jobs.written(outcome)
