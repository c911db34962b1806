"""The front door works: every command of the README is run here, or by the checks, word for word."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from conclab.discovery import load_all
from conclab.errors import BadRequestError
from conclab.harness.interpreters import find
from conclab.model import Experiment

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line
]
SET_UP_AND_RUN, SET_UP_AND_TEST = (line for line in COMMANDS if line.startswith("python3 -m venv"))
CONCLAB = [line for line in COMMANDS if line.startswith(".venv/bin/conclab")]


def interpreter_missing(words: list[str]) -> bool:
    asked = [value for option, value in pairwise(words) if option == "--python"]
    try:
        for name in asked:
            find(name)
    except BadRequestError:
        return True
    return False


def test_the_checks_call_the_test_command_as_it_is_written():
    """One set-up for readers and for CI."""
    assert SET_UP_AND_TEST in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert SET_UP_AND_TEST in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()


def test_no_command_is_left_over():
    """Every shell line is a set-up, or a conclab command that is run below."""
    assert set(COMMANDS) == {SET_UP_AND_RUN, SET_UP_AND_TEST, *CONCLAB}


@pytest.mark.timeout(200)
@pytest.mark.parametrize("line", [line for line in CONCLAB if not re.search("conclab (open|explore)", line)])
def test_a_command_of_the_readme_does_what_it_says(conclab_command, line):
    """As written; with an interpreter that is not here it says so, in one line."""
    words = shlex.split(line)[1:]
    if words[0] == "show":
        assert conclab_command("run", "gil-cpu", "--budget", "1", "--no-trace").returncode == 0
    done = conclab_command(*words)

    if interpreter_missing(words):
        assert done.returncode == 2
        assert "is not on the PATH. Install it, give its path" in done.stderr
    else:
        assert done.returncode == 0, done.stderr
        assert done.stdout


@pytest.mark.parametrize("line", [line for line in CONCLAB if "conclab explore" in line])
def test_exploring_as_in_the_readme(conclab_command, tmp_path, line):
    """As written, in a copy of the folder that it names; a counter without a lock is found out."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    done = conclab_command(*shlex.split(line)[1:], env={"COLUMNS": "100"})

    assert done.returncode == int("without" in line), done.stderr
    if line == next(each for each in CONCLAB if "conclab explore" in each):
        (text,) = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
        assert [shown.rstrip() for shown in done.stdout.splitlines()] == text.splitlines()
    assert (tmp_path / "race.html").exists() == ("--html" in line)


def test_open_as_in_the_readme(conclab_command, conclab_process):
    """The latest run's page as a file, and its trace, served until Ctrl-C."""
    assert {".venv/bin/conclab open", ".venv/bin/conclab open trace"} <= set(CONCLAB)
    assert conclab_command("run", "gil-cpu", "--only", "asyncio", "--budget", "1").returncode == 0
    assert conclab_command("open", "--no-browser").stdout.startswith("file://")
    process = conclab_process("open", "trace", "--no-browser")
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    process.send_signal(signal.SIGINT)

    assert process.wait(20) == 0


def test_the_table_of_experiments_is_complete():
    """In the README as in the catalogue."""
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+\?) \|$", README, re.MULTILINE))

    assert rows == {name: each.question for name, each in load_all("conclab.experiments", Experiment).items()}


def test_links_and_pictures_lead_somewhere():
    """Relative ones, within the checkout."""
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def index_reachable() -> bool:
    ask = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", "/dev/null/x", "six"]
    said = subprocess.run(ask, capture_output=True, text=True, check=False).stderr
    return "No matching distribution" not in said and "connection" not in said.lower()


@pytest.mark.timeout(600)
def test_the_first_command_works_in_a_fresh_folder(tmp_path):
    """A copy of what is under version control, a new virtual environment, the line as it is written."""
    if not index_reachable():
        pytest.skip("no package index can be reached")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.split():
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    done = subprocess.run(
        ["bash", "-c", SET_UP_AND_RUN], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Do threads make CPU-bound Python faster?" in done.stdout
    (run,) = tmp_path.glob("results/gil-cpu/*/run.json")
    assert {file.name for file in run.parent.iterdir()} >= {"speedup.svg", "speedup.png", "trace.json.gz"}


def test_the_reference_run_is_the_one_that_is_shown(conclab_command):
    """Its run.json keeps the schema of today, and printing it again gives the README's text."""
    import json

    import jsonschema

    from conftest import PACKAGE

    (file,) = (ROOT / "results" / "reference").glob("*/run.json")
    jsonschema.validate(
        json.loads(file.read_text(encoding="utf-8")),
        json.loads((PACKAGE / "results" / "run.schema.json").read_text(encoding="utf-8")),
    )
    printed = conclab_command("show", str(file.parent), env={"COLUMNS": "100"}).stdout
    (text,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)

    shown = [line.rstrip() for line in printed.splitlines()]
    assert text.splitlines() == shown[: len(text.splitlines())]
    assert file.parent.name in README
