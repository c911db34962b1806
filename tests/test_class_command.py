"""`conclab class`: from what students handed in to files, exit codes, and one line for what is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import psutil
import pytest

import graders
from archives import zipped
from conclab.classroom import bench
from conclab.cli import outcome
from graders import source


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder with a lab and four submissions, and the stand-in grader."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(graders.HERE))
    monkeypatch.setenv("CONCLAB_TEST_COUNT", str(tmp_path / "count"))
    monkeypatch.setattr(bench, "BENCH", graders.BENCH)
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "lab.toml").touch()
    hand_in(tmp_path, ada=source("ada"), bob=source("bob", fail=["test_no_lost_update"]), cleo=source("ada"))
    return tmp_path


def hand_in(folder, **sources):
    for name, content in sources.items():
        (folder / "class" / name).mkdir(parents=True, exist_ok=True)
        (folder / "class" / name / "solution.py").write_bytes(content)


def grade(*more):
    return outcome(["class", "grade", "class", "--lab", "lab", "--jobs", "1", *more])


def test_a_class_is_graded_into_a_folder(here, capsys):
    assert grade() == 0
    out, err = capsys.readouterr()
    assert "ada" in out
    assert "as in no_lock" in out
    assert err.strip() == "grades/lab/"
    made = here / "grades" / "lab"
    assert sorted(path.name for path in made.iterdir() if not path.name.startswith(".")) == [
        "feedback",
        "grades.csv",
        "grades.json",
        "report.html",
        "results.jsonl",
    ]
    assert sorted(path.name for path in (made / "feedback").iterdir()) == [
        "ada.html",
        "bob.html",
        "cleo.html",
    ]
    # Ada and Cleo handed in the same, and Bob's is the lab's known mistake but for its last line
    assert len((here / "count").read_text().splitlines()) == 3


def test_graded_again_nothing_is_done_and_the_files_are_the_same(here):
    assert grade("--format", "csv,junit,gradescope,exercism,github,table,html") == 0
    files = {path: path.read_bytes() for path in (here / "grades").rglob("*") if path.is_file()}
    assert len({path.parent for path in files}) == 8
    assert grade("--format", "csv,junit,gradescope,exercism,github,table,html") == 0
    assert files == {path: path.read_bytes() for path in (here / "grades").rglob("*") if path.is_file()}
    assert len((here / "count").read_text().splitlines()) == 3


def test_rows_that_need_a_person_are_exit_code_1(here, capsys):
    hand_in(here, eve=source("eve", broken=["test_two"]), dies=b"# dies\n")
    assert grade() == 1
    out = capsys.readouterr().out
    assert "A person has to look at: dies, eve" in out
    assert outcome(["class", "report", "grades/lab"]) == 1


def test_json_is_one_document_and_nothing_else(here, capsys):
    assert grade("--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["schema"] == "conclab.grades/1"
    assert out == (here / "grades" / "lab" / "grades.json").read_text()
    assert err == ""
    assert grade("--print", "github", "--quiet") == 0
    assert capsys.readouterr().out == ""


def test_the_report_is_made_again_from_the_grades_alone(here, capsys):
    assert grade() == 0
    page = here / "grades" / "lab" / "report.html"
    before = page.read_bytes()
    page.unlink()
    capsys.readouterr()
    assert outcome(["class", "report", "grades/lab"]) == 0
    assert capsys.readouterr().out == "grades/lab/report.html\n"
    assert page.read_bytes() == before


def test_one_student_alone_with_a_roster_of_none(here, capsys):
    """As a build server or Gradescope has it: a folder in which anything may lie."""
    assert (
        outcome(["class", "grade", "class/bob", "--lab", "lab", "--student", "Bob", "--format", "gradescope"])
        == 0
    )
    said = json.loads((here / "grades" / "lab" / "gradescope" / "Bob" / "results.json").read_text())
    assert said["score"] == 5
    (here / "empty").mkdir()
    assert outcome(["class", "grade", "empty", "--lab", "lab", "--student", "Zoe", "--json"]) == 0


def test_the_roster_and_archives_of_a_class(here, capsys):
    (here / "roster.csv").write_text("id,name,section\n7,Ada,A\n8,Bob,B\n9,Zoe,B\n", encoding="utf-8")
    (here / "class.zip").write_bytes(
        zipped(
            ("Ada_7_assignsubmission_file_/solution.py", source("ada")),
            ("Bob_8_assignsubmission_file_/work.zip", zipped(("../solution.py", b"x"))),
            ("Mallory_9_assignsubmission_file_/solution.py", source("m")),
        )
    )
    assert (
        outcome(["class", "grade", "class.zip", "--lab", "lab", "--roster", "roster.csv", "--print", "csv"])
        == 0
    )
    rows = capsys.readouterr().out.splitlines()
    assert [row.split(",")[0] for row in rows] == ["student", "Ada", "Bob", "Zoe", "Mallory"]
    assert rows[1].startswith("Ada,7,Ada,A,10,")
    assert "nothing was handed in" in rows[3]
    assert "not in the roster" in rows[4]
    assert "its path leads out of the archive" in rows[2]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["class", "grade", "nowhere", "--lab", "lab"], "can't read the submissions in nowhere"),
        (["class", "grade", "class"], "Missing option '--lab'"),
        (["class", "grade", "class", "--lab", "class"], "class is no lab: it has no lab.toml"),
        (["class", "grade", "class", "--lab", "nolab"], "no lab named 'nolab'"),
        (["class", "grade", "class", "--lab", "lab", "--roster", "no.csv"], "can't read the roster no.csv"),
        (["class", "grade", "class", "--lab", "lab", "--format", "xml"], "no format named 'xml'"),
        (["class", "grade", "class", "--lab", "lab", "--print", "html"], "html makes 3 files"),
        (["class", "grade", "class", "--lab", "lab", "--out", "count/x"], "can't keep grades in count/x"),
        (
            ["class", "grade", "class", "--lab", "lab", "--isolation", "namespaces"],
            "isolation namespaces does not hold here",
        ),
        (["class", "grade", "class", "--lab", "lab", "--student", "a", "--roster", "b"], "give one of them"),
        (["class", "grad"], "did you mean 'grade'?"),
        (["class", "report", "nowhere"], "can't read nowhere/grades.json"),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, list) else "",
)
def test_a_wrong_request_is_one_line_and_exit_code_2(here, capsys, arguments, told):
    (here / "count").touch()
    assert outcome(arguments) == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1


# -- stopped -------------------------------------------------------------------------------------------------

START = """
import graders
from conclab.classroom import bench
from conclab.cli import main
bench.BENCH = graders.BENCH
main()
"""


def start(here, *more):
    command = [sys.executable, "-c", START, "class", "grade", "class", "--lab", "lab", "--jobs", "1", *more]
    return subprocess.Popen(command, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until_it_hangs(here):
    """Wait for the line that a hanging submission leaves when it is begun, and for two kept outcomes."""
    journal = here / "grades" / "lab" / "results.jsonl"
    while not (here / "count").exists() or "# hangs" not in (here / "count").read_text():
        os.sched_yield()
    while journal.read_text().count("\n") < 2:
        os.sched_yield()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_stopped_class_goes_on_and_comes_to_the_same(here, number):
    """Killed or asked to stop: what was finished is kept, the files are the same, no process is left."""
    hand_in(here, dora=b"# hangs\n")
    process = start(here)
    until_it_hangs(here)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    _, err = process.communicate()
    psutil.wait_procs(workers)
    if number == signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == 130
        assert err.strip() == (
            "conclab: interrupted; 2 graded submissions are kept in grades/lab, the same command goes on"
        )
    hand_in(here, dora=source("dora"))
    (here / "count").unlink()
    assert grade() == 0
    assert sorted((here / "count").read_text().splitlines()) == ["# ", "# dora"]
    resumed = {
        path.name: path.read_bytes()
        for path in (here / "grades" / "lab").rglob("*.*")
        if "jsonl" not in path.name
    }
    assert grade("--out", "anew") == 0
    assert resumed == {
        path.name: path.read_bytes() for path in (here / "anew").rglob("*.*") if "jsonl" not in path.name
    }


def test_a_second_grader_in_the_same_folder_is_refused(here, capsys):
    hand_in(here, dora=b"# hangs\n")
    process = start(here)
    until_it_hangs(here)
    assert grade() == 2
    assert "somebody else is grading into grades/lab" in capsys.readouterr().err
    process.terminate()
    process.communicate()


def test_help_names_every_command_and_imports_none():
    code = "import sys; from conclab.cli import outcome; outcome(['class'])"
    code += "; sys.exit('conclab.classroom' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    for name in ("pack", "grade", "report"):
        assert f"  {name}" in done.stdout
