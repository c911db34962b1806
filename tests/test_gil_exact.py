"""The exact layer: events become stretches that lose no time, and what it says of known programs is true."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import conclab
from conclab.gil.build import shim
from conclab.gil.exact_states import GRAIN_NS, Event, Kind, read, stretches_of
from conclab.gil.states import Layer, State
from gil_here import needs_library, needs_shim

MS = 1_000_000
SOURCES = str(Path(conclab.__file__).parent.parent)


def told(*events: Event) -> list[tuple[str, int, int]]:
    return [
        (one.state.value, one.start_ns, one.end_ns) for one in stretches_of(events, end_ns=events[-1].at_ns)
    ]


def test_a_turn_is_hold_then_wait_then_hold():
    """What happens between take, drop and wait needs no CPU clock."""
    turn = [(0, Kind.TAKE), (5, Kind.DROP), (5, Kind.WAIT), (10, Kind.TAKE), (12, Kind.DROP)]

    seen = told(*(Event(at * MS, kind) for at, kind in turn))

    assert seen == [("holds", 0, 5 * MS), ("waits", 5 * MS, 10 * MS), ("holds", 10 * MS, 12 * MS)]


@pytest.mark.parametrize(
    ("cpu_ms", "delay_ms", "expected"),
    [
        (10, 0, [("released", 0, 10)]),
        (0, 0, [("blocked", 0, 10)]),
        (0, 10, [("no-cpu", 0, 10)]),
        (6, 4, [("released", 0, 6), ("no-cpu", 6, 10)]),
        (3, 2, [("released", 0, 3), ("blocked", 3, 8), ("no-cpu", 8, 10)]),
    ],
)
def test_the_time_without_the_gil_is_told_by_cpu_time_and_run_delay(cpu_ms, delay_ms, expected):
    """Runs, sleeps, and is runnable without a CPU: three states, none folded into another."""
    dropped = Event(0, Kind.DROP, cpu_ns=0, delay_ns=0)
    taken = Event(10 * MS, Kind.TAKE, cpu_ns=cpu_ms * MS, delay_ns=delay_ms * MS)

    assert [(state, begin * MS, end * MS) for state, begin, end in expected] == told(dropped, taken)


def test_who_is_woken_and_gets_no_cpu_does_not_wait_for_the_gil_any_more():
    """The run delay at the end of a wait is the kernel's doing."""
    waits = Event(0, Kind.WAIT, cpu_ns=0, delay_ns=0)
    takes = Event(10 * MS, Kind.TAKE, cpu_ns=0, delay_ns=3 * MS)

    assert [("waits", 0, 7 * MS), ("no-cpu", 7 * MS, 10 * MS)] == told(waits, takes)


def test_a_holder_without_a_cpu_is_still_the_holder():
    """It keeps the GIL while the kernel runs somebody else."""
    takes = Event(0, Kind.TAKE, cpu_ns=0, delay_ns=0)
    drops = Event(10 * MS, Kind.DROP, cpu_ns=4 * MS, delay_ns=6 * MS)

    assert [("holds", 0, 10 * MS)] == told(takes, drops)


def test_what_was_not_read_is_unknown():
    """No reading before it or none after it: nobody can tell what a thread did without the GIL."""
    assert [("unknown", 0, 10 * MS)] == told(Event(0, Kind.DROP), Event(10 * MS, Kind.TAKE))


@st.composite
def histories(draw):
    """One thread's events: any order of states, readings wherever something lasts, clocks that agree."""
    at = cpu = delay = 0
    events = [Event(0, Kind.TAKE, cpu_ns=0, delay_ns=0)]
    for _ in range(draw(st.integers(1, 30))):
        length = draw(st.integers(1, 2 * MS))
        on = draw(st.integers(0, length))
        late = draw(st.integers(0, length - on))
        at, cpu, delay = at + length, cpu + on, delay + late
        reads = length > 500_000 or draw(st.booleans())
        kind = draw(st.sampled_from([Kind.TAKE, Kind.DROP, Kind.WAIT]))
        events.append(Event(at, kind, cpu_ns=cpu if reads else -1, delay_ns=delay if reads else -1))
    return events


@given(histories())
def test_stretches_follow_each_other_and_lose_no_time(events):
    """Whatever the events: from the first to the last, without gap or overlap; holding is never guessed."""
    stretches = list(stretches_of(events, end_ns=events[-1].at_ns))

    edges = [(one.start_ns, one.end_ns) for one in stretches]
    assert edges[0][0] == events[0].at_ns
    assert edges[-1][1] == events[-1].at_ns
    assert all(before[1] == after[0] for before, after in itertools.pairwise(edges))
    assert all(start < end for start, end in edges)
    held = sum(one.end_ns - one.start_ns for one in stretches if one.state is State.HOLDS)
    assert held == sum(
        later.at_ns - one.at_ns for one, later in itertools.pairwise(events) if one.kind is Kind.TAKE
    )


@given(st.integers(1, 60 * MS), st.data())
def test_within_one_stretch_the_sums_are_the_clocks(length, data):
    """CPU time and run delay come out again, up to the grain."""
    cpu = data.draw(st.integers(0, length))
    delay = data.draw(st.integers(0, length - cpu))
    first = Event(0, Kind.DROP, cpu_ns=0, delay_ns=0)
    last = Event(length, Kind.TAKE, cpu_ns=cpu, delay_ns=delay)
    spent = dict.fromkeys(State, 0)
    for one in stretches_of([first, last], end_ns=length):
        spent[one.state] += one.end_ns - one.start_ns

    assert abs(spent[State.RELEASED] - cpu) <= 2 * GRAIN_NS
    assert abs(spent[State.NO_CPU] - delay) <= 2 * GRAIN_NS


# ---- the shim itself ----


@needs_library
def test_it_is_built_once(tmp_path):
    """And into the cache, under a name that follows the source."""
    first = shim(cache=tmp_path)
    assert first.path is not None
    when = first.path.stat().st_mtime_ns
    assert shim(cache=tmp_path) == first
    assert first.path.stat().st_mtime_ns == when
    assert [first.path] == list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no shim to build")
@pytest.mark.parametrize(
    ("compiler", "reason"),
    [
        ("no-such-compiler", "No such file or directory"),
        ("false", "false failed with exit code 1"),
        (f"{sys.executable} -c 'import sys; sys.exit(\"error: no headers\")'", "error: no headers"),
    ],
)
def test_where_it_cant_be_built_it_says_why(compiler, reason, tmp_path):
    """In one line; and nothing half-made stays in the cache."""
    found = shim(compiler, cache=tmp_path)
    assert found.path is None
    assert reason in found.because
    assert found.preloaded() == {}
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal, sys, threading
from pathlib import Path
from conclab.gil import exact
exact.start(Path(sys.argv[1]))
def compute():
    for _ in range(3_000_000): pass
threads = [threading.Thread(target=compute) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
os.kill(os.getpid(), signal.SIGKILL)
"""


@needs_shim
def test_what_was_seen_outlives_a_kill(tmp_path):
    """The record is in a mapped file: it needs nobody to write it."""
    environment = os.environ | {"PYTHONPATH": SOURCES} | shim().preloaded()
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    (file,) = tmp_path.glob("*.events")
    seen = read(file)
    assert seen.layer is Layer.EXACT
    assert "without a word" in seen.cut
    assert sum(any(one.state is State.HOLDS for one in stretches) for stretches in seen.threads.values()) >= 3


@pytest.mark.parametrize("content", [b"", b"x" * 5000, bytes(512), b"\xff" * 512])
def test_a_file_that_is_no_record_is_refused(content, tmp_path):
    """A full disk leaves an empty one."""
    file = tmp_path / "1.events"
    file.write_bytes(content)
    with pytest.raises(ValueError, match="no record"):
        read(file)


FORKED = """
import os, sys
from pathlib import Path
from conclab.gil import exact
stop = exact.start(Path(sys.argv[1]))
child = os.fork()
if not child:
    for _ in range(1000): os.stat("/")
    stop = exact.start(Path(sys.argv[1]))
    for _ in range(1000): os.stat("/")
    stop()
    os._exit(0)
os.waitpid(child, 0)
stop()
print(os.getpid())
"""


@needs_shim
def test_a_forked_copy_does_not_write_into_its_parents_record(tmp_path):
    """It begins a record of its own, or none."""
    environment = os.environ | {"PYTHONPATH": SOURCES} | shim().preloaded()
    command = [sys.executable, "-c", FORKED, tmp_path]
    parent = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    records = {file.stem: read(file) for file in tmp_path.glob("*.events")}
    assert len(records) == 2
    drops = {pid: sum(map(len, seen.threads.values())) for pid, seen in records.items()}
    assert drops.pop(parent.strip()) < 200
    (child,) = drops.values()
    assert child >= 1000
