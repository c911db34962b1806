"""`conclab trace`: a person's own program on one timeline, however it is started and however it ends."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import multiprocessing, sys, threading

def compute(rounds=300_000):
    total = 0
    for number in range(rounds):
        total += number
    return total

if __name__ == "__main__":
    threads = [threading.Thread(target=compute, name=f"burner-{n}") for n in range(2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    if "pool" in sys.argv:
        with multiprocessing.get_context(sys.argv[-1]).Pool(2) as pool:
            pool.map(compute, [100_000] * 4)
    print("answer", *sys.argv[1:])
"""


@pytest.fixture
def program(tmp_path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path


def trace_of(folder: Path) -> dict:
    (file,) = folder.glob("results/trace/*/trace.json.gz")
    return json.loads(gzip.decompress(file.read_bytes()))


def processes_of(trace: dict) -> dict[str, set[str]]:
    """Names of the rows of each process."""
    names = {
        event["pid"]: event["args"]["name"]
        for event in trace["traceEvents"]
        if event["ph"] == "M" and event["name"] == "process_name"
    }
    rows: dict[str, set[str]] = {name: set() for name in names.values()}
    for event in trace["traceEvents"]:
        if event["ph"] == "M" and event["name"] == "thread_name":
            rows[names[event["pid"]]].add(event["args"]["name"])
    return rows


def test_a_script_keeps_its_output_and_gets_a_timeline(conclab_command, program, tmp_path):
    """Its own words on stdout, threads by name, who held the GIL, and what to do next."""
    done = conclab_command("trace", "--", sys.executable, str(program), "--out", "-m")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("answer --out -m\n")  # its arguments are its own
    assert "burner-0" in done.stdout
    assert "conclab open results/trace/" in done.stdout
    rows = processes_of(trace_of(tmp_path))
    assert {"burner-0", "burner-1"} <= rows["program.py"]
    (folder,) = tmp_path.glob("results/trace/*")
    assert {path.name for path in folder.iterdir()} == {"trace.json.gz", "timeline.svg", "timeline.png"}


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_processes_that_it_starts_are_in_it_by_name(method, conclab_command, program, tmp_path):
    """Whatever the start method, workers that are terminated by their pool included."""
    done = conclab_command("trace", str(program), "pool", method)

    assert done.returncode == 0, done.stderr
    names = processes_of(trace_of(tmp_path))
    assert any("PoolWorker" in name for name in names), names  # one may have done it all
    calls = [event["name"] for event in trace_of(tmp_path)["traceEvents"] if event.get("cat") == "call"]
    assert any(name.startswith("compute (program.py") for name in calls)


def test_a_module_runs_as_python_m_would(conclab_command, program, tmp_path):
    """Options behind its name belong to it."""
    done = conclab_command("trace", "-m", "program", "--out", "elsewhere", "-m")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("answer --out elsewhere -m\n")
    assert not (tmp_path / "elsewhere").exists()


def test_no_path_of_the_machine_is_in_the_trace(conclab_command, program, tmp_path):
    """Nor any source text."""
    conclab_command("trace", str(program))
    text = json.dumps(trace_of(tmp_path))
    assert str(tmp_path) not in text
    assert "total += number" not in text


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "say what to run"),
        (("--", "no-such-command"), 2, "can't run 'no-such-command'"),
        (("--gil", "psychic", "--", "x"), 2, "psychic"),
        (("--", "true"), 1, "nothing was recorded: true started no Python"),
        (("--", sys.executable, "-I", "-c", "pass"), 1, "ignores its environment"),
    ],
)
def test_what_cant_be_traced_is_one_clear_line(words, code, said, conclab_command, tmp_path):
    """And no folder is left behind."""
    done = conclab_command("trace", *words)
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (code, True, False), (
        done.stderr
    )
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.glob("results/trace/*"))


def test_a_program_that_fails_is_still_shown(conclab_command, tmp_path):
    """Its traceback is its own; the exit code says that the answer is no."""
    (tmp_path / "wrong.py").write_text("def f():\n    sum(range(3_000_000))\n    raise SystemExit(3)\nf()")
    done = conclab_command("trace", "wrong.py")
    assert done.returncode == 1
    assert "the program ended with exit code 3" in done.stderr
    assert processes_of(trace_of(tmp_path))


def test_a_program_that_is_killed_leaves_what_was_seen_of_the_gil(conclab_command, tmp_path):
    """The record of the GIL needs nobody to write it; that calls are missing is said."""
    (tmp_path / "killed.py").write_text(
        "import os, signal\nsum(range(3_000_000))\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    done = conclab_command("trace", "killed.py")
    assert done.returncode == 1
    assert "killed by SIGKILL" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_the_program_and_keeps_its_timeline(conclab_process, tmp_path):
    """A terminal sends it to both; nothing is left running."""
    (tmp_path / "long.py").write_text(
        "import pathlib, time\npathlib.Path('up').touch()\nfor _ in range(600): time.sleep(0.1)"
    )
    process = conclab_process("trace", "long.py")
    deadline = time.monotonic() + 60
    while not (tmp_path / "up").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in [*children_of(process.pid), process.pid]:
        os.kill(pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "waiting for the program to end" in said
    assert list(tmp_path.glob("results/trace/*/trace.json.gz"))


def children_of(pid: int) -> list[int]:
    import psutil

    return [child.pid for child in psutil.Process(pid).children() if "long.py" in child.cmdline()]


def test_a_sitecustomize_of_ones_own_still_runs(conclab_command, tmp_path):
    """Ours comes first and gives way."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("import builtins\nbuiltins.mine = 'here'")
    (tmp_path / "asks.py").write_text("print('mine is', mine)")
    sources = os.environ.get("PYTHONPATH", "")
    done = conclab_command("trace", "asks.py", env={"PYTHONPATH": f"{_sources()}{os.pathsep}{own}{sources}"})
    assert done.returncode == 0, done.stderr
    assert "mine is here" in done.stdout


def _sources() -> str:
    import conclab

    return str(Path(conclab.__file__).parent.parent)


def test_the_folder_of_a_trace_can_be_opened(conclab_command, program, tmp_path):
    """What it holds: of a report it says that there is none."""
    conclab_command("trace", str(program), "--quiet")
    (folder,) = tmp_path.glob("results/trace/*")
    done = conclab_command("open", str(folder), "report", "--no-browser")
    assert done.returncode == 2
    assert "has no report" in done.stderr


TASKS = """
import asyncio

async def fetch():
    for _ in range(3):
        await asyncio.sleep(0.005)
        sum(range(50_000))

async def main():
    async with asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(fetch(), name=f"fetch-{number}")

asyncio.run(main())
"""


def test_every_asyncio_task_is_a_row_of_its_own(conclab_command, tmp_path):
    """By its name; what its thread did with the GIL names the function that the task was in."""
    (tmp_path / "tasks.py").write_text(TASKS)
    done = conclab_command("trace", "tasks.py")

    assert done.returncode == 0, done.stderr
    trace = trace_of(tmp_path)
    assert {"fetch-0", "fetch-1", "fetch-2"} <= processes_of(trace)["tasks.py"]
    if trace["otherData"]["gil"][""]["layer"] == "exact":
        held = [event["args"] for event in trace["traceEvents"] if event["name"] == "holds the GIL"]
        assert any(args["function"] == "builtins.sum" for args in held)
