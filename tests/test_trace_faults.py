"""`conclab trace` where things are not as one wishes: odd words, full disks, signals, old Pythons."""

from __future__ import annotations

import ast
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

import conclab
from conclab.cli import STOPPING
from conclab.cli.observed import Observer
from conclab.cli.trace_ import _passing_on, command
from conclab.gil.record import Wish
from conclab.model import Variant
from fakes import experiment_of, recording_of

SITE = Path(conclab.__file__).parent / "lane" / "site"


# ---- its words ----


def understood(*words: str) -> tuple[str | None, tuple[str, ...]]:
    with command.make_context("trace", list(words)) as context:
        return context.params["module"], context.params["words"]


@given(st.lists(st.sampled_from(["-m", "--", "-", "x", "--out", "-mx", "--quiet", "a b", ""])))
def test_what_follows_the_program_belongs_to_it(rest):
    """Word for word, after our own options or none."""
    for ours in ([], ["--quiet"], ["--out", "there"], ["--gil=derived", "--out", "-m"]):
        assert understood(*ours, "args.py", *rest) == (None, ("args.py", *rest))
        assert understood(*ours, "--", "args.py", *rest) == (None, ("args.py", *rest))


@given(st.lists(st.sampled_from(["-m", "-", "x", "--out", "-mx", "--quiet", "a b", ""])))
def test_what_follows_a_module_belongs_to_it(rest):
    """As with python -m; our own options stand before it."""
    for ours in ([], ["--quiet"], ["--out", "there"], ["--gil=derived", "--out", "-m"]):
        assert understood(*ours, "-m", "module", *rest) == ("module", tuple(rest))
        assert understood(*ours, "-mmodule", *rest) == ("module", tuple(rest))


def test_a_module_without_a_name_is_a_wrong_request():
    """Not an empty one."""
    with pytest.raises(click.UsageError, match="requires an argument"):
        understood("-m")


# ---- its scratch folder ----


def test_its_scratch_folder_says_whose_it_is_and_those_of_the_killed_are_cleared(conclab_command, tmp_path):
    """Nobody else's is touched."""
    scratch = tmp_path / "tmp"
    (scratch / "conclab-999999999-trace-dead").mkdir(parents=True)
    (scratch / f"conclab-{os.getpid()}-trace-living").mkdir()
    (tmp_path / "where.py").write_text("import os; print(os.environ['CONCLAB_TRACE'])")
    done = conclab_command("trace", "where.py", env={"TMPDIR": str(scratch)})

    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"conclab-\d+-trace-\w+", Path(done.stdout.splitlines()[0]).name)
    assert [path.name for path in scratch.iterdir()] == [f"conclab-{os.getpid()}-trace-living"]


@pytest.mark.parametrize("words", [("trace", "--", "true"), ("run", "gil-cpu", "--budget", "1")])
def test_a_folder_that_no_path_can_name_is_a_wrong_request(words, conclab_command, tmp_path):
    """Nothing could be imported from it, so nothing would be recorded."""
    (tmp_path / "a:b").mkdir()
    done = conclab_command(*words, env={"TMPDIR": str(tmp_path / "a:b")})

    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "set TMPDIR to another" in done.stderr
    assert not [path for path in tmp_path.glob("results/*/*") if path.suffix != ".partial"]


def observer_of(trace) -> Observer:
    record = recording_of(experiment_of(Variant("serial"), Variant("threads")))
    return Observer(SimpleNamespace(recording=record, trace=trace), Wish.DERIVED, lambda _: nullcontext())


def full(*_: object, **__: object):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_no_room_for_temporary_files_costs_the_passes_and_not_the_run(tmp_path):
    """What was timed is whole; what could not be observed is said, and where to find room."""
    observer = observer_of(full)

    found = observer.observe(tmp_path)

    assert found["gil"] == {}
    assert (tmp_path / found["file"]).exists()
    assert len(observer.cautions) == 2 * len(observer._session.recording.lineup) > 0
    assert all("temporary files can't be written: No space left" in each for each in observer.cautions)


def test_no_folder_for_temporary_files_is_a_caution_too(tmp_path, monkeypatch):
    """One, since it concerns all passes."""
    monkeypatch.setattr("conclab.harness.session.TemporaryDirectory", full)
    observer = observer_of(full)

    observer.observe(tmp_path)

    (caution,) = observer.cautions
    assert caution.startswith("nothing was observed: ")


def test_a_results_folder_that_cant_be_written_is_no_caution(tmp_path):
    """There the run can't be saved: that is the command's to say."""
    with pytest.raises(FileNotFoundError):
        observer_of(full).observe(tmp_path / "gone")


# ---- its end ----


def test_after_the_program_a_request_to_end_is_ours_again():
    """While the trace is merged it ends the command, as before."""
    before = [signal.getsignal(number) for number in STOPPING]
    sent: list[int] = []
    with _passing_on(SimpleNamespace(send_signal=sent.append)):
        for number in STOPPING:
            signal.raise_signal(number)
    assert sent == STOPPING
    assert [signal.getsignal(number) for number in STOPPING] == before


def test_a_program_killed_before_anything_was_seen_is_named_with_its_signal(conclab_command):
    """Its interpreter's version is not to blame."""
    done = conclab_command("trace", "--", "sh", "-c", "kill -SEGV $$")
    assert (done.returncode, done.stderr) == (
        1,
        "conclab: nothing was recorded: sh was killed by SIGSEGV before that\n",
    )


DAEMON = """
import pathlib, subprocess, sys, time
wait = "from pathlib import Path; import time; Path('up').touch()\\n"
wait += "while not Path('stop').exists(): time.sleep(0.05)"
nowhere = subprocess.DEVNULL
subprocess.Popen(
    [sys.executable, "-c", wait], stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
)
while not pathlib.Path("up").exists(): time.sleep(0.02)
"""


@pytest.mark.parametrize("layer", ["derived", "sampled"])
def test_processes_that_outlive_the_program_are_counted(layer, conclab_command, tmp_path):
    """Without their observers. What they do later is not in the trace, and that is said."""
    (tmp_path / "daemon.py").write_text(DAEMON)
    try:
        done = conclab_command("trace", "--gil", layer, "daemon.py")
    finally:
        (tmp_path / "stop").touch()
    said = "conclab: 1 process of the program was still running; what it did later is not in the trace"
    assert said in done.stderr.splitlines()


def test_a_program_whose_processes_are_over_is_left_alone(conclab_command, tmp_path):
    """Helpers of multiprocessing end by themselves a moment after it."""
    (tmp_path / "pool.py").write_text(
        "import multiprocessing\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('forkserver').Pool(2) as pool: print(pool.map(abs, [-1]))"
    )
    assert "still running" not in conclab_command("trace", "pool.py").stderr


# ---- sitecustomize ----


OWN = "import sys\nFOUND = 'my own'\nsys.stderr.write('own ran\\n')\n"


def test_a_sitecustomize_of_ones_own_can_be_imported(conclab_command, tmp_path):
    """By its name, as without us."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text(OWN)
    (tmp_path / "asks.py").write_text("import sitecustomize; print(sitecustomize.FOUND)")
    sources = str(Path(conclab.__file__).parent.parent)
    done = conclab_command("trace", "asks.py", env={"PYTHONPATH": f"{sources}{os.pathsep}{own}"})

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("my own\n")


def elders() -> list[str]:
    """Pythons older than ours, as far as there are any."""
    places = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/*/bin")
    words = [f"python{version}" for version in ("2.7", "3.6", "3.8")]
    return [str(place / word) for place in sorted(places) for word in words if (place / word).exists()]


@pytest.mark.parametrize("python", [sys.executable, *elders()], ids=lambda python: Path(python).name)
@pytest.mark.parametrize("has_own", [True, False])
def test_no_python_notices_ours(python, has_own, tmp_path):
    """Whatever its age: nothing is said, and the sitecustomize of its own runs once."""
    ours = tmp_path / "ours"
    shutil.copytree(SITE, ours, ignore=shutil.ignore_patterns("__pycache__"))
    if has_own:
        (tmp_path / "sitecustomize.py").write_text(OWN)
    path = os.pathsep.join([str(ours), str(tmp_path)])
    asks = f"import sys; print(sys.path[1:3] == {path.split(os.pathsep)!r})"
    done = subprocess.run(
        [python, "-c", asks], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("True\n", "own ran\n" if has_own else "")


def test_what_goes_wrong_in_ones_own_is_told_as_without_us(tmp_path):
    """A module that it lacks, for instance."""
    (tmp_path / "sitecustomize.py").write_text("import no_such_module")
    told = [
        subprocess.run(
            [sys.executable, "-c", ""],
            env={"PYTHONPATH": os.pathsep.join([*first, str(tmp_path)])},
            capture_output=True,
            text=True,
            check=True,
        ).stderr
        for first in ([], [str(SITE)])
    ]
    assert told[0] == told[1]
    assert "no_such_module" in told[0]


def test_ours_is_written_in_words_of_every_python_3():
    """For machines without old ones."""
    ast.parse((SITE / "sitecustomize.py").read_text(), feature_version=(3, 4))


# ---- conclab open ----


@pytest.fixture
def folder(tmp_path) -> Path:
    """As conclab trace leaves it."""
    place = tmp_path / "results" / "trace" / "20250101T000000Z-abcdef"
    place.mkdir(parents=True)
    for name in ("trace.json.gz", "timeline.svg"):
        (place / name).touch()
    return place


@pytest.mark.parametrize("number", [signal.SIGINT, *STOPPING])
def test_open_ends_cleanly_on_any_request(number, conclab_process, folder):
    """Without a traceback, wherever it was."""
    process = conclab_process("open", str(folder), "--no-browser")
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said.split("\n")[-1], "Traceback" in said) == (0, "", False), said


def test_open_takes_a_file_of_a_run(conclab_command, folder):
    """A picture, not the trace beside it."""
    done = conclab_command("open", str(folder / "timeline.svg"), "--no-browser")
    assert done.stdout == f"{(folder / 'timeline.svg').as_uri()}\n"
