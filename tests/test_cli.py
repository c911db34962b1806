"""Help, list, doctor and open, as they are typed."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from conclab.cli import COMMANDS
from conclab.discovery import load_all
from conclab.model import Experiment

FOLDER = Path(__file__).parent.parent


def test_help_names_every_command(conclab_command):
    """In the table's order, with its line."""
    done = conclab_command("--help")

    assert done.returncode == 0
    for name, line in COMMANDS.items():
        assert name in done.stdout
        assert line in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(conclab_command, name):
    """And exits with 0."""
    done = conclab_command(name, "--help")

    assert done.returncode == 0
    assert f"conclab {name}" in done.stdout


def test_help_imports_nothing_heavy(faulty_sources):
    """It must come at once: no rich, no matplotlib, no asyncio, and none of the commands."""
    code = "import sys; from conclab.cli import outcome; outcome(['--help']); print(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(faulty_sources)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    modules = set(done.stdout.split())

    assert not {"rich", "matplotlib", "numpy", "viztracer", "asyncio", "psutil", "jinja2"} & modules
    assert not {name for name in modules if name.startswith("conclab.cli.")}


def test_list_shows_every_experiment_with_its_question(conclab_command):
    """Grouped by topic; one topic alone if asked."""
    everything = conclab_command("list").stdout
    for name, experiment in load_all("conclab.experiments", Experiment).items():
        assert name in everything
        assert experiment.question in everything
    assert "args-mutable" not in conclab_command("list", "gil").stdout


def test_list_as_json_is_a_document(conclab_command):
    """Names, topics, questions, variants."""
    rows = json.loads(conclab_command("list", "--json").stdout)

    assert {"name", "topic", "question", "workload", "variants"} == set(rows[0])


def test_doctor_says_what_can_run_here(conclab_command):
    """Every strategy with the reason if it can't; figures on the machine."""
    report = json.loads(conclab_command("doctor", "--json").stdout)

    assert report["strategies"]["serial"] is None
    assert report["machine"]["cores_usable"] >= 1
    assert report["noise"]["blocks"] >= 1
    assert report["isolation"]["layer"] in {"none", "basic", "kernel", "namespaces"}
    assert bool(report["isolation"]["missing"]) is (report["isolation"]["layer"] != "namespaces")
    words = conclab_command("doctor", "--quick").stdout
    for name in (*report["strategies"], "isolation", report["isolation"]["layer"]):
        assert name in words


def test_a_missing_uvloop_is_left_out_with_the_way_to_get_it(conclab_command, tmp_path):
    """An interpreter without it still runs everything else."""
    venv = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    done = conclab_command(
        "run", "async-cpu", "--only", "asyncio,uvloop", "--python", str(venv / "bin" / "python"),
        "--budget", "2", "--json",
    )  # fmt: skip
    run = json.loads(done.stdout)

    assert done.returncode == 0
    (absent,) = run["left_out"]
    assert absent["name"] == "uvloop"
    assert "pip install 'conclab[uvloop]'" in absent["reason"]
    assert run["trace"] is not None  # spans of the tasks, without VizTracer's calls


def test_open_serves_the_trace_until_it_is_stopped(conclab_command, conclab_process, tmp_path):
    """It prints the address, answers on loopback, and ends cleanly on Ctrl-C, with no browser at hand."""
    import signal

    assert conclab_command("run", "gil-cpu", "--only", "asyncio", "--budget", "1").returncode == 0
    process = conclab_process("open", "trace", "--no-browser")
    address = process.stdout.readline().strip()
    with urllib.request.urlopen(address.split("#")[0]) as page:
        assert page.status == 200
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)

    assert address.startswith("http://127.0.0.1:")
    assert process.returncode == 0
    assert "Traceback" not in stderr


def test_open_says_what_a_run_lacks(conclab_command, tmp_path):
    """With the reason where there is one."""
    assert conclab_command(
        "run", "gil-cpu", "--only", "asyncio", "--budget", "1", "--no-trace"
    ).returncode == 0  # fmt: skip

    trace, nonsense = (conclab_command("open", "gil-cpu", what) for what in ("trace", "nonsense"))
    for file in tmp_path.rglob("report.html"):
        file.unlink()
    report = conclab_command("open", "gil-cpu", "report")

    assert "has no trace (it was made with --no-trace)" in trace.stderr
    assert "has no report" in report.stderr
    assert "may have: report, trace, picture, timeline" in nonsense.stderr
    assert {trace.returncode, report.returncode, nonsense.returncode} == {2}


def test_open_prints_where_the_report_is(conclab_command, tmp_path):
    """A file that any browser opens; nothing is served, so the command ends."""
    assert (
        conclab_command("run", "gil-cpu", "--only", "asyncio", "--budget", "1", "--no-trace").returncode == 0
    )
    done = conclab_command("open", "report", "--no-browser")

    assert done.returncode == 0
    assert done.stdout.startswith("file://")
    assert done.stdout.endswith("/report.html\n")


@pytest.mark.parametrize("command", ["list", "--help", "show results/reference/*"])
def test_a_closed_pipe_is_not_an_error(faulty_sources, command):
    """`conclab list | true` ends without a word, and well."""
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m conclab {command} | true; exit ${{PIPESTATUS[0]}}"],
        env={"PYTHONPATH": str(faulty_sources), "PATH": "/usr/bin:/bin"},
        cwd=FOLDER, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["list", "--help", "show results/reference/*"])
def test_a_closed_output_is_not_an_error(faulty_sources, command):
    """As some schedulers start programs."""
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m conclab {command} >&-"],
        env={"PYTHONPATH": str(faulty_sources), "PATH": "/usr/bin:/bin"},
        cwd=FOLDER, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")


def test_alone_it_shows_its_help(conclab_command):
    """Lines and all."""
    done = conclab_command()

    assert done.returncode == 0
    assert done.stdout == conclab_command("--help").stdout


def test_an_interpreter_that_prints_at_its_start_is_no_problem(conclab_command, tmp_path):
    """A sitecustomize, a wrapper with a greeting: not an answer, and not taken for one."""
    wrapper = tmp_path / "greeting"
    wrapper.write_text(f'#!/bin/sh\necho hello\necho "{{}}"\nexec {sys.executable} "$@"\n')
    wrapper.chmod(0o755)
    done = conclab_command(
        "run", "gil-cpu", "--only", "asyncio", "--budget", "1", "--no-trace", "--python", str(wrapper)
    )

    assert done.returncode == 0, done.stderr


def test_no_color_is_honoured_on_a_terminal(faulty_sources):
    """https://no-color.org, for what click prints and for what rich prints."""
    import os
    import pty

    for variables, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        ours, theirs = pty.openpty()
        env = {"PYTHONPATH": str(faulty_sources), "PATH": os.environ["PATH"], "TERM": "xterm"} | variables
        subprocess.run([sys.executable, "-m", "conclab", "list"], env=env, stdout=theirs, check=True)
        os.close(theirs)
        assert coloured is (b"\x1b[1m" in os.read(ours, 10_000))
        os.close(ours)
