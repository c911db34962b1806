"""One pass observed by the best layer that works: every process of every kind of pool, and by which layer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

import conclab
from conclab.gil import record
from conclab.gil.build import shim
from conclab.gil.names import Names, read
from conclab.gil.record import Wish, observations, prepare
from conclab.gil.states import Layer, State
from conclab.here import gil_enabled
from conclab.model import Span
from gil_here import needs_shim

SOURCES = str(Path(conclab.__file__).parent.parent)
PASS = """
import json, sys
from conclab.lane.bench import Bench
if __name__ == "__main__":
    strategy, folder = sys.argv[1:]
    answer = Bench("", "").trace(strategy=strategy, workload="count-primes", workers=2, size=20000, tasks=8,
                                 folder=folder, probes=["gil"])
    print(json.dumps(answer["spans"]))
"""


def passed(strategy: str, folder: Path, *, wish: Wish) -> list[Span]:
    """Run one observed pass as a lane does."""
    prepare(folder, wish)
    environment = os.environ | {"PYTHONPATH": SOURCES} | shim().preloaded()
    script = folder / "lane.py"  # spawned workers import it
    script.write_text(PASS)
    done = subprocess.run(
        [sys.executable, script, strategy, folder],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Span(**span) for span in json.loads(done.stdout)]


def in_the_window(stretches, spans) -> Counter:
    start, end = min(span.start_ns for span in spans), max(span.end_ns for span in spans)
    spent = Counter()
    for one in stretches:
        spent[one.state, one.gil] += max(0, min(end, one.end_ns) - max(start, one.start_ns)) / (end - start)
    return spent


@needs_shim
@pytest.mark.parametrize(
    "strategy", ["processes", "processes-fork", "processes-forkserver", "processes-dealt"]
)
def test_every_process_of_a_pool_has_a_gil_of_its_own_and_holds_it(strategy, tmp_path):
    """Whatever the start method: who computes holds, and nobody else in that process wants it."""
    spans = passed(strategy, tmp_path, wish=Wish.EXACT)

    seen, unreadable = observations(tmp_path)

    assert unreadable == []
    by_pid = {one.pid: one for one in seen}
    for pid in {span.pid for span in spans}:
        own = [span for span in spans if span.pid == pid]
        assert by_pid[pid].layer is Layer.EXACT
        assert by_pid[pid].names[own[0].thread] == "MainThread"
        spent = in_the_window(by_pid[pid].threads[own[0].thread], own)
        assert spent[State.HOLDS, 0] > 0.3
        assert spent[State.WAITS, 0] < 0.3


@needs_shim
@pytest.mark.skipif(sys.version_info < (3, 14), reason="subinterpreters need Python 3.14")
@pytest.mark.parametrize("wish", [Wish.EXACT, Wish.SAMPLED])
def test_every_subinterpreter_has_a_gil_of_its_own(wish, tmp_path):
    """Threads of one process, told apart by the GIL that they hold."""
    spans = passed("interpreters", tmp_path, wish=wish)

    (seen,), _ = observations(tmp_path)

    assert {span.interpreter for span in spans} == {1, 2}
    for span in spans:
        own = [one for one in spans if one.thread == span.thread]
        assert in_the_window(seen.threads[span.thread], own)[State.HOLDS, span.interpreter] > 0.3


@needs_shim
def test_the_best_layer_is_taken_and_the_reason_told_when_it_is_not(tmp_path):
    """Auto is exact where the shim was loaded; without it, sampled or derived, with the reason."""
    passed("threads", tmp_path, wish=Wish.AUTO)
    assert {one.layer for one in observations(tmp_path)[0]} == {Layer.EXACT}

    prepare(tmp_path, Wish.AUTO, "no C compiler (cc) here")
    record.start(tmp_path)()

    (one,) = [one for one in observations(tmp_path)[0] if one.pid == os.getpid()]
    assert one.layer in {Layer.SAMPLED, Layer.DERIVED}
    assert one.because.startswith("no C compiler (cc) here")


def test_where_nobody_may_look_the_tasks_own_clocks_tell_a_little(tmp_path):
    """The derived layer: when a thread had a task, and that what the GIL did is unknown."""
    prepare(tmp_path, Wish.DERIVED)
    record.start(tmp_path)()
    span = Span(0, 100, 900, os.getpid(), 7, "worker", cpu_ns=500)

    (one,), _ = observations(tmp_path, [span])

    assert one.layer is (Layer.DERIVED if gil_enabled() else Layer.NONE)
    assert [(each.start_ns, each.end_ns, each.state) for each in one.threads[7]] == [
        (100, 900, State.UNKNOWN)
    ]


def test_a_record_that_makes_no_sense_is_named_and_costs_nobody_else(tmp_path):
    """A process was killed while its file was empty, say."""
    prepare(tmp_path, Wish.DERIVED)
    record.start(tmp_path)()
    for pid, about in ((1, '{"layer": "exact", "because": ""}'), (2, "{")):
        (tmp_path / "gil" / str(pid)).mkdir()
        (tmp_path / "gil" / str(pid) / "about.json").write_text(about)
    (tmp_path / "gil" / "1" / "1.events").write_bytes(b"")

    seen, unreadable = observations(tmp_path)

    assert [one.pid for one in seen] == [os.getpid()]
    assert sorted(bad.file for bad in unreadable) == ["1", "2"]


def test_names_are_noted_while_their_threads_live(tmp_path):
    """Threads that began and ended in between, too, in the file as well; afterwards nothing is noted."""
    names = Names(tmp_path / "names")
    names.start()
    ids = []
    thread = threading.Thread(target=lambda: ids.append(threading.get_native_id()), name="short lived")
    thread.start()
    thread.join()
    told = names.stop()

    assert told[ids[0]] == "short lived"
    assert read(tmp_path / "names")[ids[0]] == "short lived"
    assert told[threading.get_native_id()] == threading.current_thread().name
    late = threading.Thread(target=lambda: ids.append(threading.get_native_id()), name="late")
    late.start()
    late.join()
    assert "late" not in read(tmp_path / "names").values()


def test_a_torn_last_line_of_names_is_left_out(tmp_path):
    """The process was killed while it wrote."""
    file = tmp_path / "names"
    file.write_text("12 first\n13 sec")
    assert read(file) == {12: "first"}
    assert read(tmp_path / "missing") == {}
