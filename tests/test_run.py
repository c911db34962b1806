"""`conclab run` as a newcomer meets it: the table, the files, run.json to its schema, and `show` after it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import jsonschema
import pytest

from conclab.discovery import names
from conftest import PACKAGE

EXPERIMENTS = names("conclab.experiments")
SCHEMA = json.loads((PACKAGE / "results" / "run.schema.json").read_text())


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One short run of gil-cpu with everything, in a folder of its own."""
    import subprocess

    from conftest import command_line

    folder = tmp_path_factory.mktemp("finished")
    command, env = command_line(PACKAGE.parent, "run", "gil-cpu", "--budget", "4", "--seed", "7")
    done = subprocess.run(
        command, env=env, cwd=folder, capture_output=True, text=True, timeout=100, check=False
    )
    return folder, done


def run_of(folder: Path) -> tuple[Path, dict]:
    (path,) = folder.glob("results/gil-cpu/*/run.json")
    return path.parent, json.loads(path.read_text())


def test_it_ends_well_and_quietly(finished):
    """Exit code 0, nothing on stderr in a pipe: no progress, no warning."""
    _, done = finished

    assert done.returncode == 0
    assert done.stderr == ""


def test_the_table_answers_the_question(finished):
    """Question, every variant with a verdict, reasons, lesson, where the files are."""
    _, done = finished

    for words in (
        "Do threads make CPU-bound Python faster?",
        "serial",
        "threads",
        "processes",
        "asyncio",
        "GIL",
    ):
        assert words in done.stdout
    assert any(verdict in done.stdout for verdict in ("same", "faster", "slower", "inconclusive"))
    assert "\x1b" not in done.stdout


def test_all_files_are_there(finished):
    """And no other."""
    path, _ = run_of(finished[0])

    assert {file.name for file in path.iterdir()} == {
        "run.json",
        "speedup.svg",
        "speedup.png",
        "report.html",
        "timeline.svg",
        "timeline.png",
        "trace.json.gz",
    }


def test_run_json_keeps_its_contract(finished):
    """The schema in the package describes what is written."""
    path, run = run_of(finished[0])

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(run, SCHEMA)
    assert run["id"] == path.name
    assert run["seed"] == 7
    assert run["complete"] is True


def test_every_block_has_a_time_of_every_variant(finished):
    """Facts are kept, in block order."""
    _, run = run_of(finished[0])

    for variant in run["variants"]:
        assert len(variant["times_s"]) == len(run["blocks"])
        assert all(time > 0 for time in variant["times_s"])
        assert variant["startup_s"] > 0
    assert all({v["name"] for v in run["variants"]} <= set(order) for order in run["blocks"])


def test_no_path_of_the_machine_is_in_the_files(finished):
    """A run can be handed in, or shown, without telling where it was made."""
    path, _ = run_of(finished[0])
    told = (
        (path / "run.json").read_text()
        + (path / "report.html").read_text()
        + gzip.decompress((path / "trace.json.gz").read_bytes()).decode()
    )

    assert str(Path.home()) not in told
    assert str(finished[0]) not in told
    assert str(PACKAGE) not in told


def test_the_trace_shows_every_variant_and_every_task(finished):
    """In rows that carry the experiment's and the variant's names."""
    path, run = run_of(finished[0])
    events = json.loads(gzip.decompress((path / "trace.json.gz").read_bytes()))["traceEvents"]
    names = {event["args"]["name"] for event in events if event["name"] == "process_name"}

    for variant in run["variants"]:
        assert any(name.startswith(f"gil-cpu / {variant['name']}") for name in names)
    tasks = [event for event in events if event["ph"] == "X" and event["name"].startswith("task ")]
    assert len(tasks) == run["workload"]["batch_size"] * len(run["variants"])


def test_show_prints_the_same_again(finished, conclab_command):
    """From run.json alone."""
    folder, done = finished
    again = conclab_command("show", cwd=folder)

    assert again.returncode == 0
    assert done.stdout.split("\n\n")[:2] == again.stdout.split("\n\n")[:2]


def test_json_is_one_document_and_nothing_else(conclab_command, tmp_path):
    """For `run` and for `show`."""
    done = conclab_command("run", "gil-cpu", "--only", "threads", "--budget", "2", "--no-trace", "--json")
    run = json.loads(done.stdout)
    jsonschema.validate(run, SCHEMA)

    assert run["trace"] is None
    assert run == json.loads(conclab_command("show", "--json").stdout)


@pytest.mark.parametrize("name", sorted(set(EXPERIMENTS) - {"gil-cpu"}))
def test_every_experiment_runs_to_its_schema(conclab_command, tmp_path, name):
    """Whatever the time was enough for."""
    if name == "uvloop-echo":
        pytest.importorskip("uvloop")
    done = conclab_command("run", name, "--budget", "2", "--json")
    run = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    jsonschema.validate(run, SCHEMA)
    assert len(run["blocks"]) >= 1
    assert not any(variant["error"] for variant in run["variants"])


@pytest.mark.parametrize("name", ["args-mutable", "args-immutable"])
def test_what_callers_see_is_as_predicted_everywhere(conclab_command, tmp_path, name):
    """Identity and value are exact: every row agrees."""
    run = json.loads(conclab_command("run", name, "--budget", "4", "--no-trace", "--json").stdout)

    assert {variant["name"]: variant["agrees"] for variant in run["variants"]} == {
        variant["name"]: "holds" for variant in run["variants"]
    }


def test_an_interpreter_given_by_path_is_named_without_it(conclab_command, tmp_path):
    """A run does not tell where it was made."""
    import sys

    done = conclab_command(
        "run",
        "gil-cpu",
        "--only",
        "asyncio",
        "--budget",
        "1",
        "--no-trace",
        "--json",
        "--python",
        sys.executable,
    )

    assert json.loads(done.stdout)["interpreters"][0]["asked"] == Path(sys.executable).name
    assert sys.executable not in done.stdout


def test_an_ascii_terminal_is_no_reason_to_fail(conclab_command, tmp_path):
    """Signs that it lacks become question marks."""
    done = conclab_command(
        "run", "gil-cpu", "--only", "asyncio", "--budget", "1", "--no-trace",
        env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "Do threads make CPU-bound Python faster?" in done.stdout


def test_quiet_says_nothing(conclab_command, tmp_path):
    """The files are the answer."""
    done = conclab_command("run", "gil-cpu", "--only", "asyncio", "--budget", "1", "--no-trace", "--quiet")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(list(tmp_path.glob("results/gil-cpu/*/speedup.png"))) == 1


def test_guesses_are_asked_for_first_and_judged_afterwards(faulty_sources, tmp_path):
    """On a terminal: one question per variant, wrong words asked again."""
    import os
    import pty
    import subprocess

    from conftest import command_line

    command, env = command_line(
        faulty_sources, "run", "gil-cpu", "--only", "asyncio", "--budget", "2", "--no-trace", "--predict"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, env=env, cwd=tmp_path, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    os.close(theirs)
    os.write(ours, b"perhaps\nfaster\n")
    stdout, stderr = process.communicate(timeout=60)
    os.close(ours)

    assert process.returncode == 0, stderr
    assert b"asyncio, compared with serial" in stderr
    assert b"your guess for asyncio: faster" in stdout
