"""A student starts a lab, checks it, takes a hint, starts over, hands it in; a wheel has what that needs."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import zipfile

import pytest

from conclab.classroom import blank, edition, labs
from conclab.classroom.intake.collect import collect
from conclab.classroom.testing import grading
from conclab.classroom.watching import CHANGED, stamp, wait
from conclab.cli import outcome
from conftest import PACKAGE, command_line

ROOT = PACKAGE.parents[1]
LABS = ROOT / "labs"
COUNTER = LABS / "01-race-counter"
TEXTS = (".py", ".md", ".toml", ".txt", ".css", ".js", ".jinja", ".json")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The package as a wheel has it: student editions of two labs, and no checkout around it."""
    sources = tmp_path_factory.mktemp("installed")
    shutil.copytree(PACKAGE, sources / "conclab", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (COUNTER, LABS / "02-aliasing"):
        edition.write(labs.read(folder), sources / "conclab" / "labs" / folder.name)
    return sources


@pytest.fixture
def lab_command(installed, tmp_path):
    """Run `conclab lab` in an empty folder."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command, env = command_line(installed, "lab", *arguments)
        return subprocess.run(
            command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    return run


@pytest.fixture
def started(lab_command, tmp_path):
    """The counter's lab, just begun."""
    assert lab_command("start", "race-counter").returncode == 0
    return tmp_path / "race-counter"


def solve(started, name):
    shutil.copy(COUNTER / name, started / "solution.py")


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_starting_a_lab_says_what_to_do_next(lab_command, tmp_path):
    """Lesson, starter and visible tests, in a folder of its own; what is there is never written over."""
    done = lab_command("start", "race-counter", "--dir", "mine")
    folder = tmp_path / "mine" / "race-counter"

    assert done.returncode == 0, done.stderr
    assert {"lesson.md", "solution.py", "lab.toml", "tests/visible/test_alone.py"} <= files(folder)
    assert (folder / "solution.py").read_text() == labs.read(COUNTER).starter["solution.py"]
    assert "check   conclab lab check mine/race-counter" in done.stdout

    (folder / "solution.py").write_text("mine\n")
    again = lab_command("start", "race-counter", "--dir", "mine")
    assert (again.returncode, again.stdout) == (2, "")
    assert "is there already, and is left as it is" in again.stderr
    assert (folder / "solution.py").read_text() == "mine\n"


def test_a_race_is_shown_in_columns_and_as_a_page_and_can_be_replayed(lab_command, started):
    """Every time; the replay has the very same values."""
    solve(started, "wrong/lock_around_the_write.py")
    done = lab_command("check")

    assert done.returncode == 1, done.stderr
    assert "passed  One thread adds (1 point, step 1)" in done.stdout
    assert "FAILED  Two threads add (1 point, step 2)" in done.stdout
    assert re.search(r"=== switch 1 of 1: \w+ is stopped here, \w+ runs ===", done.stdout)
    assert "2 of 3 visible tests passed, 2 of 3 points; 3 hidden ones wait, worth 7 points" in done.stdout
    page = started / "steps" / "test_two_threads_add.html"
    assert "step through it: race-counter/steps/test_two_threads_add.html" in done.stdout
    (code,) = re.findall(r"--replay (\S+)", done.stdout)
    assert f"conclab lab check race-counter --replay {code}" in page.read_text()
    (wrong,) = re.findall(r"\d+ \+ \d+ \+ \d+, and there is \d+", done.stdout)

    again = lab_command("check", "race-counter", "--replay", code, "--html", "again.html")
    assert again.returncode == 1
    assert wrong in again.stdout
    assert "One thread adds" not in again.stdout, "one test alone"
    assert "in this order it fails" in again.stdout
    assert (started.parent / "again.html").is_file()


def test_a_right_solution_is_told_honestly(lab_command, started):
    """All that can be seen passed, which is not all; what was shown of an earlier failure is gone."""
    (started / "steps").mkdir()
    stale = started / "steps" / "test_two_threads_add.html"
    stale.write_text("")
    solve(started, "solution.py")
    done = lab_command("check", "race-counter")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "all visible tests passed, 3 points; 3 hidden ones wait, worth 7 points" in done.stdout
    assert not stale.exists()
    listed = lab_command("list").stdout.splitlines()
    assert re.search(r"^race-counter .*3 of 3 visible tests, 3 points so far$", listed[0])
    assert re.fullmatch(r"aliasing +12 points  .*", listed[1])
    (told, other) = json.loads(lab_command("list", "--json").stdout)
    assert (told["started"], told["points_so_far"], told["hidden"]) == ("race-counter", 3, 3)
    assert other["started"] is None


def test_a_check_for_programs(lab_command, started):
    """One document; a file that can't be imported fails every test and stops nothing."""
    (started / "solution.py").write_text("def (:\n")
    done = lab_command("check", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert [case["mark"] for case in told["cases"]] == ["failed"] * 3
    assert "SyntaxError" in told["cases"][0]["detail"]
    assert (told["points"], told["all_visible_passed"], told["hidden"]) == (0, False, 3)


def test_the_page_for_students_shows_what_happens(lab_command, tmp_path):
    """Its commands as they are written, and what a check of the starter prints. Random values may change."""
    page = (ROOT / "docs" / "practising.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    begin, check = (line.split()[3:] for line in shown.splitlines() if line.startswith("$ "))
    told = [lab_command(*begin), lab_command(*check)]
    assert [done.returncode for done in told] == [0, 1]
    assert plain("".join(line for line in shown.splitlines(keepends=True) if line[0] != "$")) == plain(
        "".join(done.stdout + done.stderr for done in told)
    )


def plain(text):
    """Without numbers, and what is as wide as they are."""
    return re.sub(r"[-=\s]+", " ", re.sub(r"\d+|r1-\w+", "N", text))


def test_hints_come_one_at_a_time(lab_command, started):
    hints = labs.read(COUNTER).hints
    for number in (1, 2, 3, 3):
        assert lab_command("hint", "race-counter").stdout == f"hint {number} of 3: {hints[number - 1]}\n"


def test_starting_over_loses_nothing(lab_command, started):
    """Twice: each text has a place of its own. A file that is gone comes back."""
    starter = (started / "solution.py").read_text()
    assert "is the starter" in lab_command("reset").stdout
    for number in (1, 2):
        (started / "solution.py").write_text(f"attempt {number}\n")
        done = lab_command("reset", "race-counter")
        backup = f"race-counter/solution.py.before-reset-{number}"
        assert f"what you wrote is in {backup}" in done.stdout
        assert (started.parent / backup).read_text() == f"attempt {number}\n"
        assert (started / "solution.py").read_text() == starter
    (started / "solution.py").unlink()
    assert lab_command("reset").returncode == 0
    assert (started / "solution.py").read_text() == starter


def test_what_is_handed_in_is_what_a_grader_takes(lab_command, started, tmp_path):
    """The same bytes each time, and nothing in it but what the lab asks for."""
    solve(started, "wrong/no_lock.py")
    (tmp_path / "class").mkdir()
    assert lab_command("submit").stdout == "race-counter.zip: solution.py\n"
    assert lab_command("submit", "--out", "class/Ada.zip").returncode == 0
    data = (tmp_path / "race-counter.zip").read_bytes()
    assert (tmp_path / "class" / "Ada.zip").read_bytes() == data

    (ada,) = collect(tmp_path / "class", labs.read(COUNTER).lab)
    assert (ada.student, ada.notes) == ("Ada", ())
    assert ada.files == {"solution.py": (started / "solution.py").read_bytes()}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["start", "race-conter"], "did you mean 'race-counter'?"),
        (["start", "race-counter", "--labs", "nowhere"], "there is no lab in 'nowhere'"),
        (["check"], "no lab is started here; begin with: conclab lab start NAME"),
        (
            ["check", "race-counter"],
            "race-counter is not started here; begin with: conclab lab start race-counter",
        ),
        (["check", "rice-counter"], "did you mean 'race-counter'?"),
        (["check", "plain"], "plain is no lab: it has no lab.toml"),
        (["check", str(COUNTER)], "is a lab's own folder, with its solution; students work in a copy"),
        (["check", "--watch", "--json"], "--watch goes with neither"),
        (["hint", "race-counter"], "not started here"),
        (["new", "Not A Name"], "is no name for a lab"),
    ],
)
def test_a_request_that_is_wrong_is_one_line(lab_command, tmp_path, words, says):
    (tmp_path / "plain").mkdir()
    done = lab_command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check", "--replay", "r1-000000"], "is no code of a check"),
        (["check", "--replay", "test_x:1:r1-000000"], "no visible test named 'test_x'"),
        (["check", "--replay", "test_adds:1:zz"], "is no replay code"),
        (["check"], "solution.py is missing or empty"),
        (["submit"], "solution.py is not there; the starter again: conclab lab reset race-counter"),
    ],
)
def test_a_lab_that_lacks_something_is_one_line(lab_command, started, words, says):
    if len(words) == 1:
        (started / "solution.py").unlink()
    done = lab_command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_the_extra_its_name_is_told(started, monkeypatch, capsys):
    monkeypatch.setattr(grading, "find_spec", lambda _: None)
    assert outcome(["lab", "check", str(started)]) == 2
    assert "pip install 'conclab[classroom]'" in capsys.readouterr().err


def test_of_several_labs_one_must_be_named(lab_command, started):
    lab_command("start", "aliasing")
    assert "say which lab: aliasing, race-counter" in lab_command("check").stderr


def test_a_memory_that_can_not_be_read_is_written_anew(lab_command, started):
    (started / ".conclab" / "progress.json").write_text("[")
    assert "0 of 3 visible tests" in lab_command("list").stdout
    assert "hint 1 of 3" in lab_command("hint").stdout


def test_watching_sees_every_kind_of_save(tmp_path):
    """Another text, another file in its place, and one that was away for a moment."""
    file = tmp_path / "solution.py"
    saves = [lambda: file.write_text("longer\n"), file.unlink, lambda: file.write_text("a\n")]
    file.write_text("a\n")
    for save in saves:
        looked = iter([None, save])

        def hear(looked=looked):
            (next(looked, None) or (lambda: None))()

        assert wait(stamp([file]), lambda: stamp([file]), hear) == CHANGED
    assert wait(stamp([file]), lambda: stamp([file]), lambda: "q") == "q"


def test_watching_checks_again_when_a_file_is_saved(installed, started):
    """It says what to press, and Ctrl-C ends it."""
    command, env = command_line(installed, "lab", "check", "race-counter", "--watch")
    with subprocess.Popen(
        command, env=env, cwd=started.parent, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert "FAILED" in read_until(process, "watching: save")
        solve(started, "solution.py")
        assert "all visible tests passed" in read_until(process, "watching: save")
        process.stdin.write("h\n")
        process.stdin.flush()
        assert "hint 1: " in read_until(process, "Enter: check now, h Enter: hint")
        process.send_signal(signal.SIGINT)
        assert "interrupted" in process.stdout.read()
        assert process.wait(20) == 130


def read_until(process, text):
    read = ""
    for line in process.stdout:
        read += line
        if text in line:
            return read
    raise AssertionError(read)


def test_a_new_lab_says_what_is_missing(tmp_path, lab_command):
    """Verify names every gap, and where; when all are filled, the programs decide."""
    made = lab_command("new", "17-mine")
    assert made.returncode == 0, made.stderr
    assert "conclab lab verify mine" in made.stderr
    folder = tmp_path / "labs" / "17-mine"
    done = lab_command("verify", "mine")
    assert done.returncode == 1
    told = done.stdout.splitlines()
    marks = sum(path.read_text().count("MISSING: ") for path in folder.rglob("*") if path.is_file())
    assert len(told) == 1 + marks + 1  # its name, each mark, and wrong/
    assert "  NO  lab.toml, line 1: what it is about, in a few words" in told
    assert "  NO  wrong/ has 0 of the 3 known mistakes" in told[-1]
    assert "already; nothing was written" in lab_command("new", "mine").stderr

    for path in folder.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text().replace("MISSING: ", ""))
    for name in "abc":
        (folder / "wrong" / f"{name}.py").write_text("# fails: test_together\n# does nothing\n")
    assert blank.gaps(folder) == ()
    (folder / "lesson.md").unlink()
    assert blank.gaps(folder) == ("lesson.md is not there",)


def secrets_in(texts, lab):
    return list(edition.leaks(lab, texts))


@pytest.mark.parametrize("folder", labs.labs(LABS), ids=lambda folder: folder.name)
def test_what_students_get_of_a_lab_holds_no_secret(folder, tmp_path):
    """Their edition says how many tests wait, and has no line of these, or of the solution."""
    lab = labs.read(folder)
    written = edition.write(lab, tmp_path / folder.name)
    texts = {name: (written / name).read_text() for name in files(written)}
    assert secrets_in(texts, lab) == []
    assert not [name for name in texts if "hidden" in name or "wrong" in name]
    again = labs.read(written)
    assert again.left_out == edition.tests_in(folder / "tests" / "hidden") > 0
    assert again.starter == lab.starter
    assert edition.contents(again) == edition.contents(lab), "an edition of an edition is the same"


def test_a_wheel_has_the_student_editions_and_nothing_more(tmp_path):
    """Built by hatchling as pip does it, without a network."""
    pytest.importorskip("hatchling")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(TEXTS)}
    for folder in labs.labs(LABS):
        lab = labs.read(folder)
        inside = f"conclab/labs/{folder.name}/"
        own = {name.removeprefix(inside): text for name, text in texts.items() if name.startswith(inside)}
        assert own == {name: data.decode() for name, data in edition.contents(lab).items()}
        everywhere = secrets_in(texts, lab)
        assert [leak for leak in everywhere if "a hidden test" in leak] == []
        # How threads are started is in every textbook, and in our own programs.
        assert [leak for leak in everywhere if "'for thread in threads:'" not in leak] == []
