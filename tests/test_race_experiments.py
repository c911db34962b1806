"""Experiments about finding bugs: how often a stress test and an exploration do, and what is said of it."""

from __future__ import annotations

import ast
import json
import os
import sys
import threading
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest

import conclab.programs
from conclab import quest, stress
from conclab.discovery import load_all
from conclab.errors import ConclabError, ContentError
from conclab.explore import Verdict, replay
from conclab.harness.interpreters import find
from conclab.model import Circumstances, Experiment, Order, Workload
from conclab.programs import counter
from conclab.quest import Quest, search
from conclab.search import Approach
from conftest import PACKAGE

SCHEMA = json.loads((PACKAGE / "results" / "run.schema.json").read_text())
RACES = {
    name: each for name, each in load_all("conclab.experiments", Experiment).items() if each.topic == "races"
}
PROGRAMS = sorted(file.stem for file in (PACKAGE / "programs").glob("*.py") if file.stem != "__init__")
every_race = pytest.mark.parametrize("experiment", RACES.values(), ids=RACES)
every_program = pytest.mark.parametrize("program", PROGRAMS)
GIL, FREE = (Circumstances(2, 1, 1, gil, (3, 14)) for gil in (True, False))


def claims(experiment, here):
    return {variant.name: variant.predict_search(here) for variant in experiment.variants}


# What is declared


def test_threads_locks_and_an_event_loop_are_asked_about():
    """The classics; there may be more."""
    threads = {"race-counter", "race-check-then-act", "deadlock-lock-order"}
    assert {*threads, "async-check-then-act"} <= set(RACES)


@every_race
def test_each_looks_in_every_way(experiment):
    """By ordinary runs, by tuned ones, by exploring; the names are the approaches."""
    assert [variant.name for variant in experiment.variants] == [each.value for each in Approach]
    assert [variant.approach for variant in experiment.variants] == list(Approach)


@every_race
@pytest.mark.parametrize("here", [GIL, FREE], ids=["gil", "free"])
def test_an_exploration_finds_it_always_and_ordinary_runs_do_not(experiment, here):
    """That is the lesson, on every build."""
    told = claims(experiment, here)

    assert (told["explore"].low, told["explore"].high) == (1, 1)
    assert told["stress"].high <= 0.5


@every_race
def test_without_a_gil_no_less_is_found(experiment):
    """A stress test has more chances there, and never fewer."""
    with_gil, without = claims(experiment, GIL), claims(experiment, FREE)

    assert all(with_gil[name].high <= without[name].high for name in with_gil)


def test_a_gil_hides_a_lost_update_from_every_stress_test():
    """The interpreter never switches inside the line; without a GIL a tuned test finds it."""
    assert claims(RACES["race-counter"], GIL)["stress-tuned"].high == 0
    assert claims(RACES["race-counter"], FREE)["stress-tuned"].low == 1


@every_race
def test_only_threads_at_the_same_time_need_cores(experiment):
    """A claim that a busy machine can't refute is made of tuned runs without a GIL, and of nothing else."""
    tuned = claims(experiment, FREE)["stress-tuned"]

    assert tuned.parallel == (experiment.workers == 2)
    assert not any(claim.parallel for claim in claims(experiment, GIL).values())
    assert not claims(experiment, FREE)["explore"].parallel


@every_race
def test_the_lesson_says_how_to_see_it_oneself(experiment):
    """By a command that names the program, and a scenario that it has."""
    scenario = f"conclab.programs.{experiment.workload}:scenario"

    assert f"conclab explore {scenario}" in experiment.lesson
    assert "The cure" in experiment.lesson
    assert experiment.workload in PROGRAMS


@every_program
def test_a_program_is_what_a_student_writes(program):
    """A few lines, with one ordinary run and one that is tuned, and nothing of ours."""
    source = (PACKAGE / "programs" / f"{program}.py").read_text()
    tree = ast.parse(source)
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}

    assert {"scenario", "tuned"} <= functions
    assert "The bug:" in ast.get_docstring(tree)
    assert "conclab" not in source
    assert len(source.splitlines()) < 60


# A stress test


def module(**functions):
    """A program made here: a module that makes its locks by the name that it imported."""
    made = ModuleType("made_here")
    vars(made).update(functions)
    return made


def failing_at(number):
    """A run that fails when it is called for that time."""
    calls = []

    def run():
        calls.append(1)
        assert len(calls) < number, f"run {number}"

    return run


def test_what_does_not_fail_is_run_as_often_as_was_asked():
    """And nothing is said to be found."""
    done = stress.stress(module(), failing_at(100), runs=7)

    assert (done.failure, done.runs) == ("", 7)


def test_it_ends_with_the_first_failure():
    """Which is told in words, with the number of the run."""
    done = stress.stress(module(), failing_at(3), runs=7)

    assert (done.failure, done.runs) == ("AssertionError: run 3", 3)


def test_what_a_thread_of_the_program_raises_is_a_failure():
    """It would be printed and forgotten otherwise; afterwards it is again."""
    before = threading.excepthook

    def run():
        thread = threading.Thread(target=[].pop)
        thread.start()
        thread.join()

    done = stress.stress(module(), run, runs=7)

    assert (done.failure, done.runs) == ("IndexError: pop from empty list", 1)
    assert threading.excepthook is before


def test_a_hang_is_found_and_leaves_nothing_behind(monkeypatch):
    """Each of two threads holds what the other wants: they are let go, and end."""
    monkeypatch.setattr(stress, "PATIENCE_S", 0.1)
    before = threading.active_count()
    program = module(Lock=threading.Lock)

    def run():
        one, other, both = program.Lock(), program.Lock(), threading.Barrier(2)

        def take(first, second):
            with first:
                both.wait()
                with second:
                    pass

        threads = [threading.Thread(target=take, args=pair) for pair in ((one, other), (other, one))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    done = stress.stress(program, run, runs=7)

    assert done.failure.startswith("it hangs")
    assert done.runs == 1
    assert threading.active_count() == before
    assert program.Lock is threading.Lock


# A search


@every_program
def test_an_exploration_finds_the_bug_and_tells_how(program):
    """Whatever the seed; after a few schedules, which no luck has a part in."""
    for seed in (0, 1, 7):
        brought = search(Quest(program, Approach.EXPLORE, limit=1000, seed=seed))

        assert brought.found
        assert brought.tries < 100
        assert "ann" in brought.story
        assert "bob" in brought.story
        assert brought.replay in brought.story
        assert str(PACKAGE) not in brought.story


@every_program
def test_the_schedule_can_be_seen_again(program):
    """By the code in the report, on the file that a checkout has."""
    brought = search(Quest(program, Approach.EXPLORE, limit=1000, seed=0))
    again = replay(f"{PACKAGE / 'programs' / program}.py:scenario", brought.replay.split()[-1])

    assert again.verdict is Verdict.FAILS
    assert brought.replay.startswith(f"conclab explore conclab.programs.{program}:scenario --replay ")


def test_an_exploration_leaves_its_lane_as_it_was():
    """The stress test that comes next in the same process has all CPUs, and no tracer."""

    def state():
        cpus = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
        return cpus, threading.active_count(), sys.getswitchinterval(), threading.Lock, threading.excepthook

    before, tracer = state(), sys.gettrace()
    search(Quest("transfer", Approach.EXPLORE, limit=1000, seed=0))

    assert state() == before
    assert sys.gettrace() is tracer


def test_a_thousand_runs_of_an_event_loop_find_nothing():
    """They are one run, a thousand times."""
    brought = search(Quest("withdraw", Approach.STRESS, limit=1000, seed=0))

    assert (brought.found, brought.tries, brought.failure) == (False, 1000, "")


def test_waits_by_chance_find_it():
    """Every third run fails: that none of 200 does happens to nobody."""
    brought = search(Quest("withdraw", Approach.TUNED, limit=200, seed=0))

    assert brought.found
    assert brought.failure == "AssertionError: the account is at -100"


@pytest.mark.skipif(not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="there is no GIL")
def test_with_a_gil_no_update_is_lost():
    """However often threads are switched: never in the middle of the line."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        brought = search(Quest("counter", Approach.TUNED, limit=20, seed=0))
    finally:
        sys.setswitchinterval(before)

    assert (brought.found, brought.tries) == (False, 20)


@pytest.fixture
def program_of(tmp_path, monkeypatch):
    """Add a file to the programs for a while."""
    monkeypatch.setattr(conclab.programs, "__path__", [*conclab.programs.__path__, str(tmp_path)])

    def make(name, text):
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.delitem(sys.modules, f"conclab.programs.{name}", raising=False)
        return name

    return make


def test_a_right_program_is_not_accused(program_of):
    """With the lock, everything is tried and nothing found."""
    text = Path(counter.__file__).read_text().replace("import Barrier", "import Lock, Barrier")
    text = text.replace("        self.n = 0", "        self.n, self.lock = 0, Lock()")
    text = text.replace("        self.n += 1", "        with self.lock:\n            self.n += 1")
    assert text.count("lock") >= 2
    brought = search(Quest(program_of("right_counter", text), Approach.EXPLORE, limit=1000, seed=0))

    assert (brought.found, brought.story, brought.replay) == (False, "", "")


def test_what_can_not_be_explored_is_no_answer(program_of):
    """An error that names the cause, and not a search in vain."""
    text = "import os\ndef scenario():\n    os.system('')\n"
    with pytest.raises(ConclabError, match=r"could not be explored: another process"):
        search(Quest(program_of("starts_others", text), Approach.EXPLORE, limit=10, seed=0))


def test_a_program_that_lacks_what_it_must_define_is_an_error(program_of):
    """Which says what is missing."""
    with pytest.raises(ContentError, match=r"half.py must define tuned\(\)"):
        search(Quest(program_of("half", "def scenario(): pass\n"), Approach.TUNED, limit=10, seed=0))


def test_a_program_that_is_not_there_is_named():
    """Before anything runs."""
    with pytest.raises(ConclabError, match="no program named 'nothing'"):
        quest.searched("nothing")


@pytest.mark.parametrize(("approach", "limit"), [("stress", 1000), ("stress-tuned", 100), ("explore", 1000)])
def test_a_batch_is_one_search_with_a_seed_of_its_own(approach, limit):
    """The trial's number decides it, so that each trial draws anew and can be made again."""
    work = load_all("conclab.workloads", Workload)["counter"]
    (made,) = work.arguments(Order(1000, 2, approach=approach, seed=5))

    assert (made.program, made.limit, made.seed) == ("counter", limit, 5)


# From the command line


@pytest.mark.timeout(200)
def test_a_run_tells_what_was_found_in_place_of_times(conclab_command, tmp_path):
    """Here, now, with the passes that observe asked for; and printed again the same."""
    done = conclab_command("run", "race-counter", "--budget", "2")
    (file,) = tmp_path.glob("results/race-counter/*/run.json")
    run = json.loads(file.read_text())
    rows = {variant["name"]: variant for variant in run["variants"]}

    assert done.returncode == 0, done.stderr
    jsonschema.validate(run, SCHEMA)
    assert rows["explore"]["search"]["found"] == [True] * len(run["blocks"])
    assert rows["explore"]["search"]["seeds"] == list(range(1, len(run["blocks"]) + 1))  # 0 was the warm-up's
    assert rows["explore"]["agrees"] == "holds"
    assert all(row["baseline"] is row["speedup"] is row["verdict"] is None for row in rows.values())
    assert len({row["checksum"] for row in rows.values()}) == 1
    assert run["trace"] is None
    assert "found in" in done.stdout
    assert "speedup [95%]" not in done.stdout
    assert "ann and bob both read self.n = 0" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    again = conclab_command("show", "race-counter")
    assert again.stdout.split("\n\n")[:3] == done.stdout.split("\n\n")[:3]
    no_trace = conclab_command("open", "race-counter", "trace", "--no-browser")
    assert "it looks for a bug; its report shows a schedule that fails" in no_trace.stderr
    assert str(tmp_path) not in file.read_text() + (file.parent / "report.html").read_text()


@pytest.mark.parametrize("name", sorted(RACES))
def test_an_exploration_alone_is_an_answer(conclab_command, name):
    """Nothing has to stand beside it; where another interpreter is here, it finds the same."""
    words = [f"--python={asked}" for asked in ("3.14", "3.13t") if _is_here(asked)]
    done = conclab_command("run", name, "--only", "explore", "--budget", "2", "--json", *words)
    run = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    jsonschema.validate(run, SCHEMA)
    assert {variant["agrees"] for variant in run["variants"]} == {"holds"}
    assert all(variant["search"]["replay"] for variant in run["variants"])


def _is_here(name):
    try:
        find(name)
    except ConclabError:
        return False
    return True
