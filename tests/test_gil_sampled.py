"""The observer sees what threads of a real process do, says why where it can't, and never outlives it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import conclab
from conclab.errors import ObserverError
from conclab.gil import sampled, sampled_states
from conclab.gil.states import Layer, State

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

WITHOUT_GIL = not getattr(sys, "_is_gil_enabled", lambda: True)()
needs_gil = pytest.mark.skipif(WITHOUT_GIL, reason="a build without a GIL")

PATIENCE_S = 30
# What every target begins with. `work` runs functions in threads for as long as a share can be told from.
BEGIN = """
import ctypes, hashlib, os, signal, socket, subprocess, sys, threading, time
from pathlib import Path
from conclab.errors import ObserverError
from conclab.gil import sampled
folder = Path(sys.argv[1])
over = 0
def go_on():
    return time.monotonic() < over
def burn():
    while go_on():
        sum(range(500))
def work(*jobs):
    global over
    over = time.monotonic() + 0.7
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
        print("thread", thread.native_id, flush=True)
    for thread in threads:
        thread.join()
"""


@pytest.fixture
def observed(tmp_path):
    """Run a script in a process of its own; returns what it printed, word lists by their first word."""

    def run(script, *, code=0):
        line = [sys.executable, "-c", BEGIN + textwrap.dedent(script), str(tmp_path)]
        surroundings = os.environ | {"PYTHONPATH": str(Path(conclab.__file__).parents[1])}
        done = subprocess.run(
            line, env=surroundings, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == code, done.stderr
        told = {}
        for said in done.stdout.splitlines():
            what, _, rest = said.partition(" ")
            told.setdefault(what, []).append(rest)
        return told

    run.folder = tmp_path
    return run


def seen(folder):
    (file,) = folder.glob(f"*{sampled.SUFFIX}")
    return sampled_states.read(file)


def shares(observation, thread):
    stretches = observation.threads[int(thread)]
    whole = stretches[-1].end_ns - stretches[0].start_ns
    return {
        state: sum(one.end_ns - one.start_ns for one in stretches if one.state is state) / whole
        for state in State
    }


def gone(process):
    """Wait for the end of a process that is not our child."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], PATIENCE_S)[0])
    finally:
        os.close(descriptor)


@needs_gil
def test_two_threads_that_compute_share_the_gil_and_wait_in_turn(observed):
    told = observed("stop = sampled.start(folder); work(burn, burn); stop()")
    observation = seen(observed.folder)
    assert observation.layer is Layer.SAMPLED
    assert observation.cut == ""
    assert observation.rate_hz > 50
    for thread in told["thread"]:
        share = shares(observation, thread)
        assert 0.15 < share[State.HOLDS] < 0.85  # a busy machine is not fair
        told_of = (State.HOLDS, State.WAITS, State.NO_CPU, State.UNKNOWN)
        assert sum(share[state] for state in told_of) > 0.7
        assert share[State.WAITS] + share[State.NO_CPU] > share[State.RELEASED]


@pytest.mark.parametrize(
    ("setting", "job", "detail"),
    [
        ("", "time.sleep(0.7)", "clock_nanosleep"),
        ("lock = threading.Lock(); lock.acquire()", "lock.acquire(timeout=0.7)", "lock"),
        ("pair = socket.socketpair(); pair[0].settimeout(0.7)", "pair[0].recv(1)", "poll"),
    ],
)
def test_a_thread_that_sleeps_is_blocked_and_says_in_what(observed, setting, job, detail):
    """Look-alike: a lock is a futex like the GIL's own, and is not waiting for the GIL."""
    told = observed(f"""
        {setting}
        def doze():
            try:
                {job}
            except TimeoutError:
                pass
        stop = sampled.start(folder); work(doze); stop()
    """)
    observation = seen(observed.folder)
    share = shares(observation, told["thread"][0])
    assert share[State.BLOCKED] > 0.9
    stretches = observation.threads[int(told["thread"][0])]
    longest = max(stretches, key=lambda one: one.end_ns - one.start_ns)
    assert longest.detail in {detail, "nanosleep", "ppoll"}  # the same calls by older names, or on aarch64


@needs_gil
def test_hashing_runs_without_the_gil(observed):
    """Look-alike of holding: it computes all the time. Without a free CPU it can't run, yet never waits."""
    told = observed("""
        data = bytes(4_000_000)
        def work_without():
            while go_on():
                hashlib.sha256(data)
        stop = sampled.start(folder); work(work_without); stop()
    """)
    share = shares(seen(observed.folder), told["thread"][0])
    assert share[State.RELEASED] + share[State.NO_CPU] > 0.7
    assert share[State.WAITS] < 0.1
    assert share[State.HOLDS] < 0.3


def test_a_thread_that_comes_later_is_seen_and_one_that_went_is_left(observed):
    told = observed("""
        stop = sampled.start(folder)
        def short():
            end = time.monotonic() + 0.1
            while time.monotonic() < end: pass
        work(short); work(short); stop()
    """)
    observation = seen(observed.folder)
    first, second = (observation.threads[int(thread)] for thread in told["thread"])
    # Python's end of a thread comes a little before the kernel's, so the two may overlap by that.
    assert first[0].start_ns < second[0].start_ns
    assert first[-1].end_ns < second[-1].end_ns


@needs_gil
def test_what_a_killed_process_did_is_on_record_and_its_observer_ends(observed):
    told = observed(
        """
        stop = sampled.start(folder)
        print("observer", stop.__self__.pid, flush=True)
        work(burn, burn)
        os.kill(os.getpid(), signal.SIGKILL)
    """,
        code=-9,
    )
    assert gone(int(told["observer"][0]))
    observation = seen(observed.folder)
    assert "process ended" in observation.cut
    assert shares(observation, told["thread"][0])[State.HOLDS] > 0.05


def test_a_process_that_exits_without_stopping_leaves_no_observer(observed):
    """A forked child that lives on holds the pipe open: that must not keep the observer."""
    told = observed("""
        stop = sampled.start(folder)
        print("observer", stop.__self__.pid, flush=True)
        child = os.fork()
        if not child:
            os.close(1); os.close(2)
            signal.pause()
        print("child", child, flush=True)
        os._exit(0)
    """)
    try:
        assert gone(int(told["observer"][0]))
    finally:
        os.kill(int(told["child"][0]), 9)


@needs_gil
def test_a_forked_copy_can_not_stop_its_parents_recording(observed):
    told = observed("""
        stop = sampled.start(folder)
        child = os.fork()
        if not child:
            stop()
            os._exit(0)
        os.waitpid(child, 0)
        work(burn); stop(); stop()
    """)
    assert shares(seen(observed.folder), told["thread"][0])[State.HOLDS] > 0.5


@needs_gil
def test_a_killed_observer_leaves_what_it_had_and_disturbs_nobody(observed):
    told = observed("""
        stop = sampled.start(folder)
        work(burn)
        os.kill(stop.__self__.pid, signal.SIGKILL)
        stop()
    """)
    observation = seen(observed.folder)
    assert "observer was killed" in observation.cut
    assert shares(observation, told["thread"][0])[State.HOLDS] > 0.5


def test_a_full_disk_ends_the_record_with_a_mark(observed):
    """A limit on the size of files stands for the disk: the observer inherits it."""
    observed("""
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
        stop = sampled.start(folder); work(burn); stop()
    """)
    observation = seen(observed.folder)
    assert "could not be written" in observation.cut
    assert observation.threads


@pytest.mark.parametrize("torn", [1, 17, 44])
def test_a_torn_last_row_is_left_out(observed, torn):
    observed("stop = sampled.start(folder); work(burn); stop()")
    (file,) = observed.folder.glob(f"*{sampled.SUFFIX}")
    whole = seen(observed.folder)
    os.truncate(file, file.stat().st_size - torn)
    assert seen(observed.folder).end_ns <= whole.end_ns
    assert set(seen(observed.folder).threads) == set(whole.threads)


def test_where_the_kernel_forbids_to_look_the_reason_is_told(observed):
    """A process that is not dumpable is closed to others, unless they may trace everybody."""
    told = observed("""
        libc = ctypes.CDLL(None)
        libc.prctl(24, 19, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_SYS_PTRACE: root's children lose it, too
        libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
        try:
            sampled.start(folder)
        except ObserverError as error:
            print("refused", error)
        print("children", Path(f"/proc/self/task/{os.getpid()}/children").read_text())
    """)
    assert "permit" in told["refused"][0] or "not found" in told["refused"][0]
    assert told["children"] == [""]


@pytest.mark.parametrize(
    ("scope", "answer", "words"),
    [
        ("3", "no EACCES [Errno 13] Permission denied: '/proc/1/mem'", "ptrace_scope is 3"),
        ("2", "no EPERM [Errno 1] Operation not permitted", "ptrace_scope is 2"),
        ("1", "no EPERM [Errno 1] Operation not permitted", "does not permit"),
        (None, "no EACCES [Errno 13] Permission denied", "does not permit"),
        (None, "no ENOENT [Errno 2] No such file or directory: '/proc/1/task'", "No such file"),
        (None, "", "without a word"),
    ],
)
def test_a_refusal_is_told_in_words(tmp_path, monkeypatch, scope, answer, words):
    """With the setting that makes the difference, where there is one."""
    if scope is not None:
        (tmp_path / "scope").write_text(f"{scope}\n")
    monkeypatch.setattr(sampled, "YAMA", tmp_path / "scope")
    assert words in sampled._in_words(answer)


@needs_gil
def test_a_gil_that_was_not_found_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sampled.find, "find", lambda: None)
    with pytest.raises(ObserverError, match=r"not found|GIL"):
        sampled.start(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ObserverError):
        sampled.start(tmp_path / "nowhere")


@needs_gil
def test_nobody_can_join_an_observation_that_is_not_there():
    with pytest.raises(ObserverError, match="not observed"):
        sampled.add_interpreter()


@pytest.mark.skipif(not WITHOUT_GIL, reason="a build with a GIL")
def test_without_a_gil_threads_run_or_sleep_and_nobody_holds(observed):
    told = observed("stop = sampled.start(folder); work(burn, burn, lambda: time.sleep(0.5)); stop()")
    observation = seen(observed.folder)
    *burners, sleeper = (shares(observation, thread) for thread in told["thread"])
    assert observation.layer is Layer.NONE
    assert sleeper[State.BLOCKED] > 0.9
    for share in burners:
        assert share[State.HOLDS] == share[State.WAITS] == 0
        assert share[State.RELEASED] + share[State.NO_CPU] > 0.7


@needs_gil
@pytest.mark.skipif(sys.version_info < (3, 14), reason="concurrent.interpreters came with 3.14")
def test_a_subinterpreter_holds_a_gil_of_its_own(observed):
    told = observed("""
        from concurrent import interpreters
        stop = sampled.start(folder)
        def joined():
            from conclab.gil import sampled
            sampled.add_interpreter()
            import time
            end = time.monotonic() + 0.5
            while time.monotonic() < end: pass
        both = [interpreters.create() for _ in range(2)]
        print("ids", *(one.id for one in both))
        work(*(lambda one=one: one.call(joined) for one in both))
        stop()
    """)
    observation = seen(observed.folder)
    held = {
        one.gil
        for thread in told["thread"]
        for one in observation.threads[int(thread)]
        if one.state is State.HOLDS and one.end_ns - one.start_ns > 50_000_000
    }
    assert held >= {int(number) for number in told["ids"][0].split()}
