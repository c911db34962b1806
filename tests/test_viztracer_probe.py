"""Real recordings in real processes: what the probe promises depends on the interpreter, not on us."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("viztracer", reason="this probe is VizTracer's")

from conclab.model import Span
from conclab.tracing.merge import Pass, merge

LANE = """
import json, multiprocessing, os, sys, threading, time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from conclab.probes.viztracer import PROBE


def work(number):
    return sum(sorted(range(20_000)))


def task(number):
    MEETING.wait(30)  # both workers get their share
    start = time.monotonic_ns()
    work(number)
    here = threading.current_thread()
    return number, start, time.monotonic_ns(), os.getpid(), threading.get_native_id(), here.name


def start(folder, meeting):
    global MEETING
    MEETING = meeting
    if folder:
        PROBE.watch(folder, "worker")


if __name__ == "__main__":
    folder, kind = sys.argv[1:]
    stop = PROBE.watch(folder, "lane")
    if kind == "threads":
        pool = ThreadPoolExecutor(2, "worker", start, ("", threading.Barrier(2)))
    else:
        context = multiprocessing.get_context(kind)
        pool = ProcessPoolExecutor(2, context, start, (folder, context.Barrier(2)))
    with pool:
        spans = list(pool.map(task, range(8)))
    stop()
    stop()
    print(json.dumps([os.getpid(), spans]))
"""


def traced(tmp_path, kind):
    """Run one pass in a lane of its own; returns it as the merger wants it."""
    script = tmp_path / "secret" / "lane.py"
    script.parent.mkdir()
    script.write_text(LANE)
    folder = tmp_path / "probe"
    command = [sys.executable, "-W", "error", str(script), str(folder), kind]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lane_pid, spans = json.loads(done.stdout)
    return Pass(kind, lane_pid, tuple(Span(*span) for span in spans), folder)


def rows(document):
    """Names of the calls in each row, by group and row."""
    named = {
        (event["name"], event["pid"], event["tid"]): event["args"]["name"]
        for event in document["traceEvents"]
        if event["ph"] == "M"
    }
    found = {}
    for event in document["traceEvents"]:
        if event["ph"] == "X":
            group = named["process_name", event["pid"], event["pid"]]
            row = named["thread_name", event["pid"], event["tid"]]
            found.setdefault((group, row), []).append(event["name"])
    return found


def test_threads_are_recorded_under_their_own_names(tmp_path):
    """Also from Python 3.12 on, where VizTracer calls them Dummy-1; and no path of the machine is kept."""
    one = traced(tmp_path, "threads")
    (file,) = one.folder.glob("*.json")
    assert file.name == f"lane-{one.lane_pid}.json"
    assert {span.thread_name for span in one.spans} == {"worker_0", "worker_1"}
    document = merge("gil-cpu", [one])
    found = rows(document)
    for row in ("worker-1", "worker-2"):
        calls = found["gil-cpu / threads", row]
        assert any(name.startswith("task ") for name in calls)
        assert any(name.startswith("work (lane.py:") for name in calls)
    assert "secret" not in json.dumps(document)
    assert str(Path(sys.prefix)) not in json.dumps(document)
    assert "file_info" not in json.loads(file.read_text())
    assert document["otherData"]["conclab_shortest_call_us"] == 20


@pytest.mark.parametrize(
    "kind",
    [
        "spawn",
        pytest.param("fork", marks=pytest.mark.skipif(sys.platform != "linux", reason="fork is for Linux")),
    ],
)
def test_pool_workers_write_their_files_when_they_exit(tmp_path, kind):
    """Nobody calls their stop; a forked worker drops what it inherited and records itself."""
    one = traced(tmp_path, kind)
    workers = sorted({span.pid for span in one.spans})
    assert one.lane_pid not in workers
    files = {path.name for path in one.folder.iterdir()}
    expected = {f"lane-{one.lane_pid}", *(f"worker-{pid}" for pid in workers)}
    assert {f"{name}{end}" for name in expected for end in (".json", ".about")} <= files
    assert all(name.endswith((".json", ".about")) for name in files)
    found = rows(merge("gil-cpu", [one]))
    assert any(name.startswith("Future.result") for name in found[f"gil-cpu / {kind}", "main"])
    for place in range(1, len(workers) + 1):
        calls = found[f"gil-cpu / {kind} / worker-{place}", "main"]
        assert any(name.startswith("work (lane.py:") for name in calls)


TWICE = """
import json, sys
from conclab.probes.viztracer import PROBE

def first(): return sum(sorted(range(20_000)))
def second(): return sum(sorted(range(20_000)))

names = []
for role, work in (("a", first), ("b", second)):
    stop = PROBE.watch(sys.argv[1], role)
    try:
        PROBE.watch(sys.argv[1], "again")
    except RuntimeError as error:
        assert "already" in str(error)
    else:
        raise AssertionError("two recordings at once")
    work()
    stop()
"""


def test_passes_follow_each_other_in_one_lane(tmp_path):
    """Each has what was called while it lasted; two at a time are refused, and nothing is printed."""
    command = [sys.executable, "-W", "error", "-c", TWICE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    first, second = sorted(tmp_path.glob("*.json"))
    assert ["first" in first.read_text(), "second" in first.read_text()] == [True, False]
    assert ["first" in second.read_text(), "second" in second.read_text()] == [False, True]


def test_without_viztracer_the_caller_learns_why(tmp_path, monkeypatch):
    """A missing package and a subinterpreter look the same here: an ImportError that can be caught."""
    from conclab.probes.viztracer import PROBE

    monkeypatch.setitem(sys.modules, "viztracer", None)
    with pytest.raises(ImportError, match="VizTracer can't record this interpreter"):
        PROBE.watch(str(tmp_path), "lane")
    assert not list(tmp_path.iterdir())


STRANGE = """
import sys, time
from conclab.probes.viztracer import PROBE

def sleep(): time.sleep(0.001)

name = 'q"uo\\te\x01'
file = 'we"ird\\n.py'
sleep.__code__ = sleep.__code__.replace(co_name=name, co_qualname=name, co_filename=file)
stop = PROBE.watch(sys.argv[1], "lane")
sleep()
stop()
"""


def test_names_that_are_no_json_cost_nothing(tmp_path):
    """A function, or its file, may be called anything; its call is recorded all the same."""
    from conclab.tracing.calls import read

    subprocess.run([sys.executable, "-c", STRANGE, str(tmp_path)], timeout=60, check=True)
    (one,), broken = read(tmp_path)
    assert broken == []
    names = [call.name for calls in one.calls.values() for call in calls]
    assert any(name.startswith('q"uo') for name in names), names
