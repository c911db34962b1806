"""Real processes that crash, hang, are killed or run out of disk: one clear line, nothing left."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from conftest import family

if TYPE_CHECKING:
    from pathlib import Path

QUICK = ("--no-trace", "--budget", "3", "--timeout", "3")


def only_run(folder: Path, name: str = "faults") -> tuple[Path, dict]:
    """The one run in a results folder."""
    (file,) = (folder / "results" / name).glob("*/run.json")
    return file.parent, json.loads(file.read_text())


def row(run: dict, name: str) -> dict:
    return next(variant for variant in run["variants"] if variant["name"] == name)


def wait_for(condition, seconds=60):
    """Wait until something is so; the test fails if it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    pytest.fail("it never came")
    return None


def blocks_so_far(folder: Path, experiment: str) -> int:
    for file in (folder / "results" / experiment).glob(".*.partial/run.json"):
        return len(json.loads(file.read_text())["blocks"])
    return 0


def marked(folder: Path) -> list[psutil.Process]:
    """Processes that work below a folder, or were started from it: what must not be left."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in " ".join([process.cwd(), *process.cmdline()]):
                found.append(process)
        except psutil.Error:
            continue
    return found


def alive(process: psutil.Process) -> bool:
    """A zombie has ended; only its parent has not noticed yet."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize(
    ("variant", "reason"),
    [
        ("raises", "ValueError: task 0 does not work second line"),
        ("hangs", "no answer within 3 s; stopped"),
        ("dies", "its process was killed by SIGKILL"),
        ("dies in a pool", "BrokenProcessPool"),
        ("hangs in a pool", "no answer within 3 s; stopped"),
    ],
)
def test_a_fault_costs_its_own_row(conclab_command, tmp_path, variant, reason):
    """The run goes on, the row says why in one line, the exit code says that something is missing."""
    done = conclab_command("run", "faults", "--only", f"asyncio,{variant}", *QUICK)

    assert done.returncode == 1, done.stderr
    _, run = only_run(tmp_path)
    assert not run["complete"]
    assert reason in row(run, variant)["error"]
    assert row(run, "asyncio")["error"] is None
    assert row(run, "asyncio")["speedup"] is not None
    assert f"{variant} failed: " in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_work_that_talks_to_our_pipes_is_not_heard(conclab_command, tmp_path):
    """Printing protocol lines and reading the input neither forges an answer nor hangs."""
    done = conclab_command("run", "faults", "--only", "asyncio,chatters", *QUICK)

    assert done.returncode == 0, done.stderr
    _, run = only_run(tmp_path)
    assert row(run, "chatters")["error"] is None
    assert row(run, "chatters")["checksum"] != "forged"


def test_processes_that_the_work_forgot_are_ended_with_the_lane(conclab_command, tmp_path):
    """Not even a session of its own hides an orphan."""
    before = {process.pid for process in psutil.process_iter()}
    done = conclab_command("run", "faults", "--only", "asyncio,orphans", *QUICK)

    assert done.returncode == 0, done.stderr
    left = [
        process
        for process in psutil.process_iter(["cmdline"])
        if process.pid not in before and "time.sleep(1000)" in " ".join(process.info["cmdline"] or [])
    ]
    assert left == []


def test_a_killed_lane_costs_the_variant_that_it_was_serving(conclab_process, tmp_path):
    """Kill -9 in the middle: finished blocks are kept, another lane serves the others."""
    process = conclab_process("run", "gil-cpu", "--only", "threads,asyncio", "--no-trace", "--budget", "8")
    wait_for(lambda: blocks_so_far(tmp_path, "gil-cpu") >= 6)
    (lane,) = [each for each in psutil.Process(process.pid).children() if "conclab.lane" in each.cmdline()]
    lane.kill()
    _, stderr = process.communicate(timeout=60)

    assert process.returncode == 1, stderr
    _, run = only_run(tmp_path, "gil-cpu")
    failed = [variant for variant in run["variants"] if variant["error"]]
    assert len(failed) == 1
    assert "killed by SIGKILL" in failed[0]["error"]
    assert len(run["blocks"]) >= 6
    assert marked(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_run_keeps_its_finished_blocks(conclab_process, tmp_path, number):
    """130, one line, a folder whose name says so, a file that can be shown, no process left."""
    process = conclab_process("run", "gil-cpu", "--no-trace", "--budget", "60")
    wait_for(lambda: blocks_so_far(tmp_path, "gil-cpu") >= 3)
    everyone = family(process.pid)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=30)

    assert process.returncode == 130
    assert stderr.count("\n") == 1
    assert "finished blocks are kept in" in stderr
    assert "Traceback" not in stdout + stderr
    folder, run = only_run(tmp_path, "gil-cpu")
    assert folder.name.endswith("-interrupted")
    assert not run["complete"]
    assert len(run["blocks"]) >= 3
    assert [each for each in everyone if alive(each)] == []


def test_an_interruption_before_the_first_block_leaves_nothing(conclab_process, tmp_path):
    """There is nothing to keep, so there is no folder."""
    process = conclab_process("run", "gil-cpu", "--no-trace", "--budget", "60")
    wait_for(lambda: list(tmp_path.glob("results/gil-cpu/.*.partial")))
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "interrupted" in stderr
    assert list(tmp_path.glob("results/gil-cpu/*")) == []


@pytest.mark.parametrize("name", ["gil-cpu", "args-mutable"])
def test_a_killed_conductor_takes_its_lanes_with_it(conclab_process, tmp_path, name):
    """SIGKILL leaves no time to tidy up: the kernel ends the lanes, their pools and fork servers."""
    process = conclab_process("run", name, "--no-trace", "--budget", "60")
    wait_for(lambda: blocks_so_far(tmp_path, name) >= 1)
    children = family(process.pid)[:-1]
    assert len(children) >= 3  # the lane and two workers
    process.kill()
    process.communicate(timeout=30)

    wait_for(lambda: not any(alive(child) for child in children), seconds=10)


def test_the_next_run_clears_away_what_a_killed_one_left(conclab_process, conclab_command, tmp_path):
    """Its scratch folder, and nobody else's."""
    scratch = tmp_path / "tmp"
    (scratch / "conclab-something").mkdir(parents=True)
    (scratch / f"conclab-{os.getpid()}-living").mkdir()
    (scratch / "conclab-999999999-dead").mkdir()
    done = conclab_command(
        "run", "gil-cpu", "--only", "asyncio", "--budget", "1", "--no-trace", env={"TMPDIR": str(scratch)}
    )

    assert done.returncode == 0, done.stderr
    assert {path.name for path in scratch.iterdir()} == {"conclab-something", f"conclab-{os.getpid()}-living"}


def test_a_file_size_limit_or_a_full_disk_is_one_line_and_keeps_what_was_whole(conclab_command, tmp_path):
    """A run.json that can't grow any more stays as it was; the table is printed from memory."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))

    done = conclab_command("run", "gil-cpu", "--no-trace", "--budget", "6", preexec_fn=limit)

    assert done.returncode == 1
    assert "can't save the run in results: File too large" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    for file in tmp_path.rglob("run.json"):
        json.loads(file.read_text())
    assert list(tmp_path.glob("results/gil-cpu/*/.run.json*")) == []


def in_a_mount_namespace(*mount: str) -> tuple[str, ...]:
    """A prefix that runs a command after a private mount; skips the test where that is not allowed."""
    script = f'{" ".join(mount)} && exec "$@"'
    prefix = ("unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh")
    if (
        shutil.which("unshare") is None
        or subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("this machine does not allow private mounts")
    return prefix


def test_a_full_disk_is_one_line(conclab_command, tmp_path):
    """A results folder on a tiny disk of its own."""
    (tmp_path / "results").mkdir()
    prefix = in_a_mount_namespace(
        "mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(tmp_path / "results")
    )
    done = conclab_command("run", "gil-cpu", "--no-trace", "--budget", "6", before=prefix)

    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Do threads make CPU-bound Python faster?" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_read_only_results_folder_is_refused_before_anything_is_measured(conclab_command, tmp_path):
    """2, with the way out."""
    (tmp_path / "results").mkdir()
    prefix = in_a_mount_namespace("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(tmp_path / "results"))
    done = conclab_command("run", "gil-cpu", before=prefix)

    assert done.returncode == 2
    assert done.stderr == (
        "conclab: can't keep results in results: Read-only file system; give another folder with --out\n"
    )


def test_a_results_folder_that_is_a_file_is_refused(conclab_command, tmp_path):
    """2, with the way out."""
    (tmp_path / "results").write_text("not a folder")
    done = conclab_command("run", "gil-cpu")

    assert done.returncode == 2
    assert "give another folder with --out" in done.stderr


def test_two_runs_at_once_keep_out_of_each_others_way(conclab_process, tmp_path):
    """One folder, two runs, both complete."""
    both = [
        conclab_process("run", "gil-cpu", "--only", "threads", "--no-trace", "--budget", "2") for _ in "ab"
    ]
    outcomes = [process.communicate(timeout=90) for process in both]

    assert [process.returncode for process in both] == [0, 0], outcomes
    assert len(list(tmp_path.glob("results/gil-cpu/*/run.json"))) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run", "gil-cup"), "did you mean 'gil-cpu'?"),
        (("run", "gil-cpu", "--workers", "0"), "--workers"),
        (("run", "gil-cpu", "--workers", "many"), "--workers"),
        (("run", "gil-cpu", "--budget", "-1"), "--budget"),
        (("run", "gil-cpu", "--python", "3.99"), "no Python 3.99 here"),
        (("run", "gil-cpu", "--python", "2.7"), "names no interpreter"),
        (("run", "gil-cpu", "--python", "./nothing"), "not an executable file"),
        (
            ("run", "gil-cpu", "--python", shutil.which("true") or "/bin/true"),
            "can't serve as an interpreter",
        ),
        (("run", "gil-cpu", "--only", "thread"), "did you mean 'threads'?"),
        (("run", "gil-cpu", "--only", "serial"), "is the baseline"),
        (("run", "gil-cpu", "--only", ","), "names no variant"),
        (("run", "gil-cpu", "--json", "--open"), "Use conclab open afterwards"),
        (("run", "gil-cpu", "--predict"), "needs a terminal"),
        (("run", "gil-cpu", "--wrokers", "2"), "--workers"),
        (("run",), "NAME"),
        (("list", "gill"), "did you mean 'gil'?"),
        (("rnu",), "did you mean 'run'?"),
        (("show",), "no runs in results yet"),
        (("open", "nothing"), "no runs in results yet"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_request_is_one_line_and_exit_code_2(conclab_command, tmp_path, arguments, says):
    """It says what is wrong and what to do; nothing is measured or written."""
    done = conclab_command(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("conclab: ")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_one_usable_core_is_said_and_not_hidden(conclab_command, tmp_path):
    """No claim of parallelism is made or judged on one core."""
    core = str(min(os.sched_getaffinity(0)))
    pin = ("taskset", "-c", core)
    if shutil.which("taskset") is None:
        pin = (
            sys.executable,
            "-c",
            f"import os,sys; os.sched_setaffinity(0,{{{core}}}); os.execvp(sys.argv[1],sys.argv[1:])",
        )
    done = conclab_command("run", "gil-cpu", "--only", "processes", "--no-trace", "--budget", "3", before=pin)

    assert done.returncode == 0, done.stderr
    assert "one usable core" in done.stdout
    _, run = only_run(tmp_path, "gil-cpu")
    assert run["ceiling"] is None
    assert row(run, "processes")["predicted"]["high"] < 1.1


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_budget_is_a_number_of_seconds(conclab_command, value):
    """A run must be able to end."""
    done = conclab_command("run", "gil-cpu", "--budget", value)

    assert done.returncode == 2
    assert "--budget" in done.stderr
    assert done.stderr.count("\n") == 1
