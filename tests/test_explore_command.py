"""`conclab explore`, as it is typed: answers, exit codes, files."""

from __future__ import annotations

import json
import re
import signal
import time

import jsonschema
import pytest

from test_races import SCHEMA

COUNTER = """
import threading


class Counter:
    def __init__(self):
        self.n = 0

    def increment(self):
        self.n += 1


def run(guard):
    counter = Counter()

    def work():
        with guard:
            counter.increment()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("noise")
    assert counter.n == 2


def scenario_unlocked():
    import contextlib
    run(contextlib.nullcontext())


def scenario_locked():
    run(threading.Lock())


async def scenario_async():
    import asyncio
    await asyncio.sleep(3600)


def helper():
    pass
"""


@pytest.fixture
def counter(tmp_path):
    file = tmp_path / "counter.py"
    file.write_text(COUNTER, encoding="utf-8")
    return file


def test_a_failing_schedule_is_shown_and_replayed(conclab_command, counter):
    """Exit code 1; the last line is the command that replays it, and does."""
    done = conclab_command("explore", f"{counter}:scenario_unlocked")

    assert done.returncode == 1
    assert "both read self.n = 0 before either wrote" in done.stdout
    assert "noise" not in done.stdout
    code = re.search(r"--replay (\S+)", done.stdout)[1]
    again = conclab_command("explore", f"{counter}:scenario_unlocked", "--replay", code)
    assert again.returncode == 1
    assert "both read self.n = 0 before either wrote" in again.stdout
    counter.write_text(COUNTER.replace("noise", "news"), encoding="utf-8")
    changed = conclab_command("explore", f"{counter}:scenario_unlocked", "--replay", code)
    assert changed.returncode == 2
    assert "another state of the source" in changed.stderr


def test_a_correct_program_holds_and_says_what_was_tried(conclab_command, counter):
    """Exit code 0."""
    done = conclab_command("explore", f"{counter}:scenario_locked")

    assert done.returncode == 0
    assert "all schedules" in done.stdout
    assert conclab_command("explore", f"{counter}:scenario_async").returncode == 0


def test_a_sample_says_how_to_cover_more_and_is_no_pass_if_that_is_asked_for(conclab_command, counter):
    """Exit code 0, and 1 with --strict; how many preemptions were covered is said where that is known."""
    text = COUNTER.replace("range(2)", "range(3)").replace("n == 2", "n == 3")
    counter.write_text(text, encoding="utf-8")
    words = ("explore", f"{counter}:scenario_locked", "--policy", "exhaustive", "--budget", "40")
    done = conclab_command(*words)
    assert done.returncode == 0
    assert "unclear: a sample of 40 schedules, among them all with up to 1 preemption" in done.stdout
    assert "with --preemptions 1 all would be covered; a larger --budget tries more" in done.stdout

    strict = conclab_command(*words, "--strict")
    assert strict.returncode == 1
    assert "a sample is not enough" in strict.stderr
    held = conclab_command(*words, "--strict", "--preemptions", "1")
    assert held.returncode == 0
    assert held.stdout.startswith("holds: all schedules with up to 1 preemption")
    assert held.stdout.splitlines()[-1].startswith("To look further: --preemptions 2")


def test_without_a_name_every_scenario_is_explored(conclab_command, counter):
    """Those whose names begin with scenario or test_; the answer is no if one fails."""
    done = conclab_command("explore", str(counter))

    assert done.returncode == 1
    for name in ("scenario_unlocked", "scenario_locked", "scenario_async"):
        assert f"counter.py:{name}" in done.stdout
    assert "helper" not in done.stdout


def test_json_is_one_document(conclab_command, counter):
    """And nothing else on stdout; its schema is kept in the package."""
    for name, verdict in (("unlocked", "fails"), ("locked", "holds")):
        done = conclab_command("explore", f"{counter}:scenario_{name}", "--json")
        document = json.loads(done.stdout)
        jsonschema.validate(document, SCHEMA)
        assert document["verdict"] == verdict
        assert done.stderr == ""


def test_the_page_is_written_whole(conclab_command, counter, tmp_path):
    """One file; a folder that does not exist is one line and exit code 1."""
    done = conclab_command("explore", f"{counter}:scenario_unlocked", "--html", "page.html")

    assert done.returncode == 1
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "scenario_unlocked" in page
    assert "step through it: page.html" in done.stderr
    lost = conclab_command("explore", f"{counter}:scenario_unlocked", "--html", "no/such/page.html")
    assert lost.returncode == 1
    assert lost.stderr.startswith("conclab: can't write no/such/page.html")


def test_quiet_leaves_the_exit_code(conclab_command, counter):
    """Nothing on either stream."""
    done = conclab_command("explore", f"{counter}:scenario_unlocked", "--quiet")

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_a_module_is_found_wherever_it_is_installed(conclab_command):
    """By its dotted name, which is also what the replay line says."""
    done = conclab_command("explore", "conclab.programs.counter:scenario")

    assert done.returncode == 1
    assert "replay it: conclab explore conclab.programs.counter:scenario --replay r1-" in done.stdout


def test_a_module_of_a_package_may_import_its_neighbours(conclab_command, counter, tmp_path):
    """Relatively, and by the package's name from the folder in which one stands."""
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "stock.py").write_text("left = 3")
    (package / "till.py").write_text(
        "from shop import stock\nfrom .stock import left\n\n\n"
        "def scenario():\n    assert left == stock.left == 3\n"
    )

    assert conclab_command("explore", "shop.till:scenario").returncode == 0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["none.py"], "can't read none.py: No such file or directory"),
        (["nothing"], "names no file; write file.py, file.py:scenario or package.module:scenario"),
        (["counter.py:scenario_lokced"], "did you mean 'scenario_locked'?"),
        (["broken.py:f"], "broken.py is no Python"),
        (["json:loads"], "loads takes s: a scenario is called without arguments"),
        (["json.none:loads"], "names no file"),
        (["empty.py"], "has no function whose name begins with scenario or test_"),
        (["counter.py:scenario_locked", "--policy", "lucky"], "'lucky' is not one of"),
        (["counter.py:scenario_locked", "--preemptions", "-1"], "is no number of preemptions"),
        (["counter.py:scenario_locked", "--budget", "0"], "0 is not in the range"),
        (["counter.py:scenario_locked", "--replay", "xyz"], "'xyz' is no replay code"),
        (["counter.py", "--json"], "say which scenario"),
    ],
)
def test_a_wrong_request_is_one_line(conclab_command, counter, tmp_path, words, complaint):
    """Exit code 2, on stderr, without a traceback."""
    (tmp_path / "broken.py").write_text("def f(:\n", encoding="utf-8")
    (tmp_path / "empty.py").write_text("x = 1\n", encoding="utf-8")
    done = conclab_command("explore", *words)

    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_file_that_fails_to_run_is_a_finding(conclab_command, tmp_path):
    """An import error belongs to the program: it is told with its line."""
    (tmp_path / "wrong.py").write_text(
        "import no_such_module\n\ndef scenario():\n    pass\n", encoding="utf-8"
    )
    done = conclab_command("explore", "wrong.py")

    assert done.returncode == 1
    assert "No module named 'no_such_module'" in done.stdout
    assert "Traceback (most" not in done.stdout + done.stderr


def test_what_cannot_be_controlled_is_no_pass(conclab_command, tmp_path):
    """Exit code 1, by name."""
    (tmp_path / "real.py").write_text(
        "import subprocess\n\ndef scenario():\n    subprocess.run(['true'])\n", encoding="utf-8"
    )
    done = conclab_command("explore", "real.py")

    assert done.returncode == 1
    assert "a subprocess at line 4" in done.stdout


def test_ctrl_c_ends_it_with_130(conclab_process, tmp_path):
    """And one line."""
    (tmp_path / "long.py").write_text(
        COUNTER.replace("range(2)", "range(6)").replace("n == 2", "n == 6"), encoding="utf-8"
    )
    words = (str(tmp_path / "long.py:scenario_locked"), "--policy", "random", "--budget", "10000000")
    process = conclab_process("explore", *words)
    time.sleep(2)
    process.send_signal(signal.SIGINT)

    assert process.wait(20) == 130
