"""The observer lives beside any program: one that closes all files, waits for all children, gets a Ctrl-C."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import conclab
from conclab.gil import sampled, sampled_states

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

PATIENCE_S = 60
# What every target begins with. Nothing in it hangs on how long something takes.
BEGIN = """
import os, signal, subprocess, sys, time
from pathlib import Path
from conclab.errors import ObserverError
from conclab.gil import sampled
folder = Path(sys.argv[1])
def observers():
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line, state = (process / "cmdline").read_text(), (process / "stat").read_text()
        except OSError:
            continue
        if "gil.observer" in line and f'"pid": {os.getpid()},' in line and state.rpartition(")")[2][1] != "Z":
            found.append(int(process.name))
    return found
def grown(by):
    record = folder / f"{os.getpid()}.samples"
    size = record.stat().st_size
    while record.stat().st_size < size + by:
        time.sleep(0.01)
def files():
    return [os.open(folder / f"mine-{number}", os.O_RDWR | os.O_CREAT) for number in range(40)]
def check(mine):
    for file in mine:
        assert os.fstat(file).st_size == 0, os.pread(file, 99, 0)
        os.close(file)
"""


@pytest.fixture
def observed(tmp_path):
    """Run a script in a process and a session of its own; returns the record of it and what it printed."""

    def run(script):
        line = [sys.executable, "-c", BEGIN + textwrap.dedent(script), str(tmp_path)]
        surroundings = os.environ | {"PYTHONPATH": str(Path(conclab.__file__).parents[1])}
        done = subprocess.run(
            line,
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
            start_new_session=True,
        )
        assert done.returncode == 0, done.stderr
        (file,) = tmp_path.glob(f"*{sampled.SUFFIX}")
        return sampled_states.read(file), done.stdout

    return run


def test_a_program_that_closes_all_files_keeps_what_it_opens_by_their_numbers(observed):
    """Nothing is written to them, none is closed, and the record says why it ends there."""
    observation, _ = observed("""
        stop = sampled.start(folder)
        grown(4000)
        os.closerange(3, 256)
        mine = files()
        stop()
        stop()
        check(mine)
        assert observers() == []
    """)
    assert "closed by the program" in observation.cut
    assert observation.threads


def test_pipes_of_the_program_are_not_taken_for_the_observers(observed):
    """Look-alike: the same kind of file by the same number. A subinterpreter is told that nobody observes."""
    observed("""
        stop = sampled.start(folder)
        os.closerange(3, 256)
        pipes = [os.pipe2(os.O_NONBLOCK) for _ in range(20)]
        try:
            sampled.add_interpreter()
        except ObserverError as error:
            assert "not observed" in str(error)
        else:
            raise AssertionError("it went somewhere")
        stop()
        for reads, writes in pipes:
            os.close(writes)
            assert os.read(reads, 99) == b""
            os.close(reads)
    """)


@pytest.mark.parametrize("number", ["stop.__self__.orders.number", "stop.__self__.answers.number"])
def test_one_closed_end_is_enough_to_be_left_alone(number, observed):
    observed(f"""
        stop = sampled.start(folder)
        os.close({number})
        mine = files()
        stop()
        check(mine)
        assert observers() == []
    """)


def test_an_observer_that_can_not_notice_the_closed_pipe_is_ended(observed):
    """A forked child holds the pipe open."""
    observation, _ = observed("""
        stop = sampled.start(folder)
        child = os.fork()
        if not child:
            signal.alarm(60)
            signal.pause()
        grown(4000)
        os.closerange(3, 256)
        mine = files()
        stop()
        check(mine)
        os.kill(child, signal.SIGKILL)
        while observers():
            time.sleep(0.01)
    """)
    assert "killed" in observation.cut


def test_a_program_that_waits_for_all_its_children_goes_on(observed):
    """The observer is none of them, and the record is whole."""
    observation, said = observed("""
        stop = sampled.start(folder)
        for code in (3, 4):
            if not os.fork():
                os._exit(code)
        codes = []
        while True:
            try:
                codes.append(os.waitstatus_to_exitcode(os.wait()[1]))
            except ChildProcessError:
                break
        print(sorted(codes))
        assert len(observers()) == 1
        stop()
        assert observers() == []
    """)
    assert said == "[3, 4]\n"
    assert observation.cut == ""


def test_ctrl_c_in_the_terminal_does_not_reach_the_observer(observed):
    """Nor does it mind when it is sent one, or when the terminal goes away."""
    observation, _ = observed("""
        stop = sampled.start(folder)
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
            os.killpg(0, number)
        (observer,) = observers()
        assert os.getsid(observer) != os.getsid(0)
        os.kill(observer, signal.SIGINT)
        os.kill(observer, signal.SIGHUP)
        grown(4000)
        stop()
    """)
    assert observation.cut == ""


def test_the_observer_of_a_killed_lane_can_be_found_by_its_environment(observed):
    _, said = observed("""
        stop = sampled.start(folder)
        (observer,) = observers()
        told = Path(f"/proc/{observer}/environ").read_bytes().split(bytes(1))
        print(f"PYTHONPATH={os.environ['PYTHONPATH']}".encode() in told)
        stop()
    """)
    assert said == "True\n"


def test_a_process_that_got_the_observers_id_later_is_not_killed():
    """It was started at another time."""
    reads, writes = os.pipe()
    ends = [sampled.PipeEnd.of(number) for number in (writes, reads)]
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as stranger:
        sampled.Recording(*ends, os.getpid(), pid=stranger.pid, born="1").abandon()
        assert not any(end.is_ours() for end in ends)
        stranger.communicate()
        assert stranger.returncode == 0


def test_a_program_in_the_interpreters_place_that_says_nothing_is_refused(tmp_path, monkeypatch):
    """And nothing of the attempt is left open."""
    before = set(Path("/proc/self/fd").iterdir())
    monkeypatch.setattr(sampled.sys, "executable", "/bin/true")
    with pytest.raises(sampled.ObserverError):
        sampled.start(tmp_path)
    assert set(Path("/proc/self/fd").iterdir()) == before
