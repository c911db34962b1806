"""A lane answers one line for one line, measures honestly, and outlives what its work does to it."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from conclab.errors import LaneDiedError, LaneSilentError, WorkFailedError
from conclab.harness.launch import environment, importable, launch

PATIENCE_S = 30.0


@pytest.fixture
def lane(tmp_path, monkeypatch, faulty_sources):
    """A real lane whose conclab has the faulty content in it."""
    import conclab

    monkeypatch.setattr(conclab, "__file__", str(faulty_sources / "conclab" / "__init__.py"))
    lane = launch(sys.executable, tmp_path)
    lane.ask({"do": "hello", "scratch": str(tmp_path), "server": ""}, PATIENCE_S)
    yield lane
    lane.kill()


def opened(lane, strategy="serial", workload="count-primes", workers=2):
    """Open a variant; returns a function that runs one trial of it."""
    request = {"do": "open", "name": "it", "strategy": strategy, "workload": workload, "workers": workers}
    lane.ask(request, PATIENCE_S)
    return lambda size=200, tasks=4: lane.ask(
        {"do": "trial", "name": "it", "size": size, "tasks": tasks}, PATIENCE_S
    )


def test_it_says_what_interpreter_it_is(lane, tmp_path):
    """Name, version and the state of the GIL, with no path of the machine in it."""
    facts = lane.ask({"do": "hello", "scratch": str(tmp_path), "server": ""}, PATIENCE_S)

    assert facts["version"] == list(sys.version_info[:2])
    assert facts["name"].startswith(f"cpython-3.{sys.version_info.minor}")
    assert facts["gil"] in {"enabled", "disabled"}
    assert sys.prefix not in str(facts)


@pytest.mark.parametrize("strategy", ["serial", "threads", "processes"])
def test_the_same_batch_gives_the_same_checksum_everywhere(lane, strategy):
    """And another batch another one."""
    trial = opened(lane, strategy)

    assert trial()["checksum"] == trial()["checksum"] != trial(size=300)["checksum"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems don't tell about other processes")
def test_the_accounts_cover_the_workers(lane):
    """CPU time burnt in pool processes is counted, and so is their memory."""
    alone = opened(lane)(size=30_000)
    pooled = opened(lane, "processes")(size=30_000)

    assert pooled["cpu_s"] > 0.5 * alone["cpu_s"]
    assert pooled["max_rss_bytes"] > 1.5 * alone["max_rss_bytes"]
    assert pooled["voluntary_switches"] > 0
    assert pooled["run_delay_s"] >= 0


@pytest.mark.parametrize("workload", ["tells-interval", "raises"])
def test_the_switch_interval_is_changed_for_one_variant_and_for_no_longer(lane, workload):
    """During its trials and traced passes, though the work raises; other variants keep the interpreter's."""
    plain = {"do": "open", "name": "plain", "strategy": "serial", "workload": "tells-interval", "workers": 1}
    swept = plain | {"name": "swept", "workload": workload, "switch_interval_s": 0.001}
    for request in (plain, swept):
        lane.ask(request, PATIENCE_S)

    def checksum(name):
        return lane.ask({"do": "trial", "name": name, "size": 1, "tasks": 1}, PATIENCE_S)["checksum"]

    before = checksum("plain")
    if workload == "raises":
        with pytest.raises(WorkFailedError):
            checksum("swept")
    else:
        assert checksum("swept") != before
    assert checksum("plain") == before


def test_a_traced_pass_has_the_switch_interval_of_its_variant(lane, tmp_path):
    """Though it raises; the next pass has the interpreter's own again."""
    request = {
        "do": "trace", "strategy": "serial", "workload": "tells-interval", "workers": 1,
        "size": 0, "tasks": 1, "folder": str(tmp_path), "probes": [],
    }  # fmt: skip
    with pytest.raises(WorkFailedError, match=r"the interval is 0\.25"):
        lane.ask(request | {"switch_interval_s": 0.25}, PATIENCE_S)
    with pytest.raises(WorkFailedError, match=r"the interval is 0\.005"):
        lane.ask(request, PATIENCE_S)


def test_what_the_work_raises_is_an_answer(lane):
    """In one line; the lane goes on."""
    trial = opened(lane, workload="raises")
    with pytest.raises(WorkFailedError, match=r"ValueError: task 0 does not work second line$"):
        trial()

    assert opened(lane)()["time_s"] > 0


def test_a_task_group_does_not_hide_what_was_raised(lane):
    """The first real cause is named, not the group around it."""
    with pytest.raises(WorkFailedError, match="ValueError: task 0"):
        opened(lane, "asyncio", "raises")()


def test_a_request_that_makes_no_sense_is_an_error_and_not_an_end(lane):
    """Unknown strategies, unknown verbs."""
    for request in (
        {"do": "open", "name": "x", "strategy": "no", "workload": "sleep", "workers": 1},
        {"do": "x"},
    ):
        with pytest.raises(WorkFailedError):
            lane.ask(request, PATIENCE_S)


def test_a_silent_lane_is_ended(lane):
    """Nobody waits for ever."""
    trial_of_a_hang = opened(lane, workload="hangs")
    assert trial_of_a_hang
    with pytest.raises(LaneSilentError, match=r"no answer within 0\.5 s"):
        lane.ask({"do": "trial", "name": "it", "size": 1, "tasks": 1}, 0.5)
    with pytest.raises(LaneDiedError):
        lane.ask({"do": "hello", "scratch": "", "server": ""}, 5)


def test_a_program_that_is_no_python_is_a_lane_that_died(tmp_path):
    """With its exit code and its last words."""
    (tmp_path / "a").mkdir()
    lane = launch(shutil.which("false"), tmp_path / "a")
    with pytest.raises(LaneDiedError, match="exit code 1"):
        lane.ask({"do": "hello", "scratch": "", "server": ""}, 10)


def test_a_traced_pass_tells_where_every_task_ran(lane, tmp_path):
    """One span per task, inside the pool's two threads, in the lane's own process."""
    request = {
        "do": "trace", "strategy": "threads", "workload": "sleep", "workers": 2,
        "size": 5, "tasks": 6, "folder": str(tmp_path), "probes": [],
    }  # fmt: skip
    spans = lane.ask(request, PATIENCE_S)["spans"]

    assert [span["task"] for span in spans] == list(range(6))
    assert {span["pid"] for span in spans} == {lane.pid}
    assert 1 <= len({span["thread"] for span in spans}) <= 2
    assert all(span["end_ns"] - span["start_ns"] >= 5_000_000 for span in spans)


def test_ending_one_lane_leaves_those_with_longer_names_alone(tmp_path):
    """lane-1 is not lane-10."""
    lanes = []
    for name in ("lane-1", "lane-10"):
        (tmp_path / name).mkdir()
        lanes.append(launch(sys.executable, tmp_path / name))
    hello = {"do": "hello", "scratch": str(tmp_path), "server": ""}
    for lane in lanes:
        lane.ask(hello, PATIENCE_S)
    lanes[0].kill()

    assert lanes[1].ask(hello, PATIENCE_S)["name"]
    lanes[1].kill()


def test_a_lane_sees_conclab_and_nothing_else_of_ours(tmp_path, monkeypatch):
    """Our site-packages are built for our interpreter; another one must not find them."""
    monkeypatch.setenv("PYTHONSTARTUP", "nonsense.py")
    monkeypatch.setenv("PYTHONPATH", "/nonsense")
    env = environment(tmp_path)

    assert [entry.name for entry in importable(tmp_path).iterdir()] == ["conclab"]
    assert {name for name in env if name.startswith("PYTHON")} == {
        "PYTHONPATH",
        "PYTHONHASHSEED",
        "PYTHONUNBUFFERED",
    }
    assert env["PYTHONPATH"] == str(importable(tmp_path))
    code = "import conclab.lane, sys; print(conclab.__file__)"
    seen = subprocess.run(
        [sys.executable, "-S", "-P", "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert seen.stdout.strip().startswith(str(tmp_path))
