"""Programs that do what nobody expects: `conclab trace` must neither break them nor tell stories of them."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import pytest

from conclab.gil.record import PROGRAM
from gil_here import needs_shim

COMPUTE = "\ndef compute(rounds=4_000_000):\n    for _ in range(rounds): pass\n"
THREADS = """
threads = [threading.Thread(target=lambda: ran.append(1), name=f"own-{n}") for n in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("threads that ran:", len(ran))
"""
# What ends a thread is loaded when the first one ends, which takes a descriptor: have it before.
NO_DESCRIPTOR_LEFT = (
    "import ctypes, os, threading\nran = []\n"
    "try:\n    ctypes.CDLL('libgcc_s.so.1')\n    while True: os.dup(0)\nexcept OSError: pass\n" + THREADS
)
NEITHER_FOLDER_NOR_ENVIRONMENT = (
    "import os, threading\nran = []\nos.environ.clear()\nos.chdir('/')\n" + THREADS
)
SUBINTERPRETERS = """
import threading
from concurrent import interpreters
go_on = True
def spin():
    while go_on: pass
threads = [threading.Thread(target=spin) for _ in range(4)]
for thread in threads: thread.start()
for _ in range(3):
    other = interpreters.create()
    other.exec("for _ in range(1000000): pass")
    other.close()
go_on = False
for thread in threads: thread.join()
print("threads that ran:", 3)
"""


@pytest.fixture
def traced(conclab_command, tmp_path):
    """Trace a program given as text; returns the finished command and the trace."""

    def run(text: str, *options: str, code: int = 0):
        (tmp_path / "it.py").write_text(text)
        done = conclab_command("trace", *options, "it.py")
        assert done.returncode == code, done.stderr
        (file,) = tmp_path.glob("results/trace/*/trace.json.gz")
        return done, json.loads(gzip.decompress(file.read_bytes()))

    return run


@pytest.mark.parametrize(
    "program",
    [
        NO_DESCRIPTOR_LEFT,
        NEITHER_FOLDER_NOR_ENVIRONMENT,
        pytest.param(
            SUBINTERPRETERS,
            marks=pytest.mark.skipif(
                sys.version_info < (3, 14), reason="concurrent.interpreters came with 3.14"
            ),
        ),
    ],
    ids=["no descriptor left", "neither folder nor environment", "subinterpreters"],
)
def test_its_threads_run_as_if_nobody_looked(program, traced):
    """Whatever happens to the record."""
    done, _ = traced(program)
    assert "threads that ran: 3" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_copy_that_outlives_its_trace_goes_on(traced, tmp_path):
    """The folder is gone by then; its threads run all the same."""
    program = (
        "import os, threading, time\nran = []\nif os.fork(): os._exit(0)\n"
        f"folder = os.environ['{PROGRAM}']\nwhile os.path.exists(folder): time.sleep(0.01)\n"
        + THREADS.replace('print("threads that ran:", len(ran))', "open('ran', 'w').write(str(len(ran)))")
    )
    traced(program)
    waiting = (
        "import os, time\nwhile not (os.path.exists('ran') and os.path.getsize('ran')): time.sleep(0.01)"
    )
    subprocess.run([sys.executable, "-c", waiting], cwd=tmp_path, timeout=60, check=True)
    assert (tmp_path / "ran").read_text() == "3"


@needs_shim
def test_a_program_that_becomes_another_is_seen_before_and_after(traced):
    """The process keeps its id, and that must not cost its first half."""
    program = COMPUTE + (
        "import os, sys\nif len(sys.argv) < 2:\n    compute()\n"
        "    os.execv(sys.executable, [sys.executable, __file__, 'again'])\n"
    )
    _, trace = traced(program)
    held = [event for event in trace["traceEvents"] if event["name"] == "holds the GIL"]
    whole = max(event["ts"] + event.get("dur", 0) for event in trace["traceEvents"] if "ts" in event)
    assert sum(event["dur"] for event in held) > whole / 4


@needs_shim
def test_a_thread_that_ends_early_is_not_unknown_afterwards(traced):
    """It is not there any more."""
    program = COMPUTE + (
        "import threading\nshort = threading.Thread(target=compute, args=(1000,), name='short')\n"
        "short.start()\nshort.join()\ncompute()\n"
    )
    done, trace = traced(program)
    assert "unknown" not in done.stdout
    names = {
        event["tid"]: event["args"]["name"]
        for event in trace["traceEvents"]
        if event["name"] == "thread_name"
    }
    row = next(tid for tid, name in names.items() if name == "short: GIL")
    states = {event["name"] for event in trace["traceEvents"] if event["ph"] == "X" and event["tid"] == row}
    assert "unknown" not in states


@needs_shim
def test_who_held_the_gil_when_the_program_ended_held_it_up_to_then(traced):
    """os._exit and a kill leave no last event: the end of the process is the end of its last state."""
    program = (
        "import os, time\nbegin = time.monotonic()\nwhile time.monotonic() < begin + 0.5: pass\nos._exit(0)\n"
    )
    done, trace = traced(program)
    assert "without a word" in done.stdout
    held = [event["dur"] for event in trace["traceEvents"] if event["name"] == "holds the GIL"]
    assert sum(held) > 400_000  # us


def test_a_profiler_of_ones_own_can_have_the_calls(traced):
    """From 3.12 on there is room for one; what the GIL did is seen all the same."""
    program = (
        "import cProfile\nprofile = cProfile.Profile()\nprofile.runcall(sum, range(9))\nprint('profiled')\n"
    )
    done, trace = traced(program, "--no-calls")
    assert "profiled" in done.stdout
    assert not [event for event in trace["traceEvents"] if event.get("cat") == "call"]
