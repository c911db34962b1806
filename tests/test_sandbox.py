"""A program that isn't trusted gets no further than its layer says, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import psutil
import pytest

import conclab
from conclab.errors import BadRequestError, ConclabError
from conclab.sandbox import wording
from conclab.sandbox.inside import removing, seccomp
from conclab.sandbox.inside.callnumbers import NUMBERS
from conclab.sandbox.launching import launch
from conclab.sandbox.model import Isolation, Layer, Limits, Stream
from conclab.sandbox.probing import Probe
from conclab.sandbox.promises import PROMISES
from sandbox.attacks import PROGRAMS

HERE = Path(__file__).parent / "sandbox"
PACKAGE = Path(conclab.__file__).parent
PARTS = ("__init__.py", "errors.py", "files.py", "sandbox")
NOBODY = "65534"
CONTAINER = ("chown", "dac_override", "fowner", "kill", "setgid", "setuid", "setpcap", "net_raw", "mknod")
LAYERS = [layer.name for layer in Layer]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="below, a program is only ended")


class Driver:
    """`sandbox/drive.py` as one account: what it launches is launched by that account."""

    def __init__(self, sources: Path, account: str) -> None:
        self.process = subprocess.Popen(
            [*as_account(account), python_for(account), str(sources / "drive.py"), str(sources)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env=os.environ | {"CONCLAB_ENVIRONMENT": "secret", "PYTHONDONTWRITEBYTECODE": "1"},
        )

    def __call__(self, do: str, **told):
        self.process.stdin.write(json.dumps({"do": do} | told) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the driver died over {do} {told}"
        return json.loads(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def as_account(account: str) -> list[str]:
    if account == "own":
        return []
    if account == "container":
        kept = "".join(f",+{name}" for name in CONTAINER)
        return ["setpriv", "--inh-caps=-all", f"--bounding-set=-all{kept}"]
    return ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]


def python_for(account: str) -> str:
    """An interpreter that the account can start: this one may lie in root's home."""
    for python in (os.path.realpath(sys.executable), "/usr/bin/python3", "/usr/local/bin/python3"):
        asked = [
            *as_account(account),
            python,
            "-c",
            "import os, sys; os.stat(sys.executable); sys.exit(sys.version_info < (3, 11))",
        ]
        if Path(python).exists() and subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return python
    pytest.skip("no Python from 3.11 up that an ordinary user can start: the user's half did NOT run")


@pytest.fixture(scope="session")
def sources():
    """A copy of the sandbox that every account can read."""
    with tempfile.TemporaryDirectory(prefix="sources-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        copy_to(folder)
        yield folder


def copy_to(folder: Path) -> None:
    (folder / "conclab").mkdir()
    for part in PARTS:
        source, target = PACKAGE / part, folder / "conclab" / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for file in HERE.glob("*.py"):
        shutil.copy(file, folder)
    compiled = [sys.executable, python_for("own"), "/usr/bin/python3"]
    for python in {os.path.realpath(each) for each in compiled if Path(each).exists()}:
        subprocess.run([python, "-m", "compileall", "-q", folder], check=False, capture_output=True)


@pytest.fixture(scope="session", params=["own", "nobody"])
def account(request) -> str:
    if request.param == "nobody" and (os.geteuid() != 0 or shutil.which("setpriv") is None):
        pytest.skip("becoming an ordinary user takes root and setpriv: the user's half did NOT run")
    return request.param


@pytest.fixture(scope="session")
def driver(sources, account):
    with Driver(sources, account) as made:
        yield made


@pytest.fixture
def outside(account):
    """A folder of the grader's, which the program may not touch."""
    with tempfile.TemporaryDirectory(prefix="outside-") as made:
        folder = Path(made)
        for name in ("kept", "public"):
            (folder / name).write_text("kept")
        (folder / "kept").chmod(0o600)
        folder.chmod(0o755)
        if account == "nobody":
            for path in (folder, *folder.iterdir()):
                os.chown(path, int(NOBODY), int(NOBODY))
        yield folder


def needs_layer(driver, layer: str, needs=()) -> None:
    found = driver("probes", layers=[layer], needs=list(needs))[layer]
    if not found["holds"]:
        probe = Probe(
            Layer[layer],
            tuple(each for each in PROMISES if each.attack in found["escaped"]),
            found["problem"],
        )
        pytest.skip(f"can't be had here: {wording.lacks(probe)}")


# What must go on: a program that means no harm, and everybody else.


def script(folder: Path, text: str) -> Path:
    path = folder / "program.py"
    path.write_text(text)
    return path


def test_a_program_is_handed_its_arguments_its_descriptor_and_a_folder(tmp_path):
    """And what it answers by that descriptor arrives."""
    read, write = os.pipe()
    program = script(tmp_path, "import os, sys\nos.write(int(sys.argv[1]), b'|'.join([*map(os.fsencode, "
                     "(sys.argv[2], os.getcwd(), __file__, __name__))]))\n")  # fmt: skip
    folder = tmp_path / "work"
    folder.mkdir()
    with launch(
        program, str(write), "two words", layer=Layer.BASIC, folder=folder, pass_fds=(write,)
    ) as confined:
        os.close(write)
        ending = confined.wait(60)
    with os.fdopen(read, "rb") as answers:
        assert answers.read().decode().split("|") == ["two words", str(folder), str(program), "__main__"]
    assert (ending.exit_code, ending.problem, str(ending)) == (0, "", "ended with exit code 0")
    assert ending.memory_bytes > 1 << 20
    assert not folder.exists()


def test_the_end_of_a_program_is_seen_on_its_descriptor(tmp_path):
    """No keeper holds it open."""
    read, write = os.pipe()
    with launch(script(tmp_path, "pass"), layer=Layer.BASIC, pass_fds=(write,)):
        os.close(write)
        with os.fdopen(read, "rb") as answers:
            assert answers.read() == b""


TALKS = """
import os, sys, time
print("so far", flush=True)
os.write(int(sys.argv[1]), b"r")
time.sleep(1000)
"""


def test_what_a_running_program_has_written_can_be_read(tmp_path):
    """And waiting no time at all says that it runs."""
    read, write = os.pipe()
    with launch(script(tmp_path, TALKS), str(write), layer=Layer.BASIC, pass_fds=(write,)) as confined:
        assert os.read(read, 1) == b"r"
        assert confined.output.stdout.text == "so far\n"
        assert confined.wait(0) is None
        ending = confined.kill()
        assert (ending.stopped, ending.signal, str(ending)) == (True, signal.SIGKILL, "killed by SIGKILL")
        assert confined.kill() is ending
    os.close(read)
    os.close(write)


def test_another_thread_can_end_what_this_one_waits_for(tmp_path):
    """A deadline often lives in a thread of its own."""
    with launch(script(tmp_path, "import time; time.sleep(1000)"), layer=Layer.BASIC) as confined:
        timer = threading.Timer(0.01, confined.kill)
        timer.start()
        assert confined.wait(60).stopped
        timer.join()


def test_many_can_be_launched_at_once_from_threads(tmp_path):
    """Also from threads that end before their programs do."""
    program = script(tmp_path, "import sys; print(sys.argv[1])")
    with ThreadPoolExecutor(6) as pool:
        every = list(pool.map(lambda number: launch(program, str(number), layer=Layer.BASIC), range(12)))
    endings = [confined.wait(60) for confined in every]
    assert [ending.output.stdout.text for ending in endings] == [f"{number}\n" for number in range(12)]
    assert {ending.exit_code for ending in endings} == {0}


def test_a_traceback_names_the_program_and_nothing_of_ours_hides_it(tmp_path):
    """Its last line is what a student reads."""
    with launch(script(tmp_path, "def f():\n    raise KeyError('x')\nf()\n"), layer=Layer.BASIC) as confined:
        ending = confined.wait(60)
    assert ending.exit_code == 1
    assert ending.output.stderr.text.endswith("KeyError: 'x'\n")
    assert f'{tmp_path / "program.py"}", line 2, in f' in ending.output.stderr.text


def test_what_can_not_be_started_says_so_and_leaves_nothing(tmp_path):
    """A wrong interpreter, one that starts nothing, no such script, a descriptor that is the program's."""
    folder = tmp_path / "work"
    folder.mkdir()
    program = script(tmp_path, "pass")
    with pytest.raises(ConclabError, match="can't start"):
        launch(program, layer=Layer.BASIC, folder=folder, python="no-such-python")
    assert not folder.exists()
    with launch(program, layer=Layer.BASIC, python="/bin/true") as confined:
        assert confined.wait(60).problem
    with launch(tmp_path / "nowhere.py", layer=Layer.BASIC) as confined:
        assert "nowhere.py" in confined.wait(60).output.stderr.text
    with pytest.raises(BadRequestError, match="the program's own"):
        launch(program, layer=Layer.BASIC, pass_fds=(1,))


def test_the_middle_of_a_flood_is_counted():
    """And what is shorter is shown whole."""
    assert Stream(b"ab", b"yz", 10).text == "ab\n[6 bytes left out]\nyz"
    assert Stream(b"ab", b"yz", 4).text == "abyz"


def test_nobody_else_is_ended(tmp_path):
    """A process of the same user, in the same session, with the same script, is none of ours."""
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with launch(script(tmp_path, "import time; time.sleep(1000)"), layer=Layer.NONE) as confined:
        confined.kill()
    assert bystander.poll() is None
    bystander.communicate()
    assert bystander.returncode == 1


# What must not.


@pytest.mark.parametrize("layer", LAYERS)
def test_no_attack_gets_further_than_its_layer_says_and_nothing_is_left(driver, account, layer, outside):
    """Each ends as it must, escapes nothing that the layer holds, and leaves no process and no file."""
    needs_layer(driver, layer)
    programs = {
        name: expected
        for name, expected in PROGRAMS.items()
        if Layer[expected["lowest"]] <= Layer[layer] and not wants_own_shared_memory(name, account, layer)
    }
    results = driver("attacks", programs=programs, layer=layer, outside=str(outside))
    wrong = {name: complaints(programs[name], result, layer) for name, result in results.items()}
    assert {name: complaint for name, complaint in wrong.items() if complaint} == {}


def wants_own_shared_memory(name: str, account: str, layer: str) -> bool:
    """An ordinary user's programs share /dev/shm with its others: whose a file is, nobody can tell."""
    return name == "leaves_shared_memory_behind_with_processes" and (account, layer) == ("nobody", "KERNEL")


def complaints(expected, result, layer: str) -> list[str]:
    found = [*result["left"]]
    if Layer[layer] >= Layer[expected["since"]]:
        found += [line for line in result["stdout"].splitlines() if line.startswith("escaped")]
    if result["hung"] or result["problem"]:
        found.append(result["problem"] or "it did not end")
    ends = expected["ends"]
    right = {
        "excess": bool(result["excess"]),
        "signal": result["signal"] is not None and not result["stopped"],
        "killed": result["stopped"] and not result["excess"],
        "flood": result["exit"] == 0 and result["size"][0] >= 4 << 20 and max(result["kept"]) <= 64 << 10,
        "any": True,
    }.get(ends, ends == f"exit {result['exit']}")
    if not right:
        found.append(f"should end by {ends}: {result}")
    return found


def test_a_shielded_grader_keeps_out_whom_the_layer_lets_in(sources, account, outside):
    """A program of its own user; one that root launched has another user, and is kept out anyway."""
    with Driver(sources, account) as driver:
        expected = PROGRAMS["looks_into_the_grader"]
        before, after = driver("shield_and_attack", expected=expected, outside=str(outside))
    assert ("escaped" in before["stdout"]) is (account == "nobody")
    assert (after["stdout"], after["exit"], after["left"]) == ("", 0, [])


@pytest.mark.parametrize("layer", LAYERS)
def test_a_grader_that_is_killed_takes_its_programs_with_it(sources, driver, account, layer):
    """And another grader's programs go on."""
    needs_layer(driver, layer, ["processes"])
    (others,) = driver("stay", layer=layer, count=1)
    with Driver(sources, account) as killed:
        mine = killed("stay", layer=layer, count=2)
        keepers = [psutil.Process(each["keeper"]) for each in mine]
        killed.process.kill()
        killed.process.wait()
    psutil.wait_procs(keepers, timeout=60)
    for each in mine:
        assert not Path(each["folder"]).exists()
        assert marked(each["mark"]) == []
    assert driver("alive") == [True]
    assert marked(others["mark"]) != []
    assert "killed" in driver("end_one")
    assert marked(others["mark"]) == []


def marked(mark: str) -> list[int]:
    """Processes that were started for one program, and still live."""
    found = []
    for process in psutil.process_iter():
        try:
            if mark in process.environ().values() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(1000)
    os._exit(0)
os.wait()
os.write(int(sys.argv[1]), b"r")
time.sleep(1000)
"""


def test_a_keeper_that_is_killed_is_no_way_out(tmp_path):
    """Below KERNEL an ordinary user's program can do that: what is marked goes, and the ending says it."""
    read, write = os.pipe()
    with launch(script(tmp_path, DAEMON), str(write), layer=Layer.NONE, pass_fds=(write,)) as confined:
        os.close(write)
        assert os.read(read, 1) == b"r"
        os.kill(confined.pid, signal.SIGKILL)
        ending = confined.wait(60)
        assert "kept watch" in ending.problem
        assert marked(confined._mark) == []
        assert not Path(confined._order.folder).exists()
    with os.fdopen(read, "rb") as life:
        assert life.read() == b""


# The probes, and that they would notice.


def test_without_any_layer_every_attack_succeeds(sources, account):
    """So a refusal is the layer's doing, and not a mistake of the attack."""
    with Driver(sources, account) as driver:
        told = driver("everything")
    assert set(told) == {each.attack for each in PROMISES} - {"daemon", "flood", "disk", "bomb"} | (
        set(told) & {"bomb"}
    )


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="takes root and setpriv")
def test_the_root_of_a_container_gives_up_what_it_has(sources):
    """It may not read everything, so its programs stay root: one without powers."""
    with Driver(sources, "own") as driver:
        needs_layer(driver, "KERNEL")
    with Driver(sources, "container") as driver:
        assert driver("probes", layers=["KERNEL"], needs=[])["KERNEL"]["holds"]


BREAKS = {
    "landlock": (
        "inside/landlock.py",
        "    abi = version()\n",
        "    return\n    abi = version()\n",
        "KERNEL",
        "read",
    ),
    "seccomp": ("inside/seccomp.py", "    _install(program(", "    (program(", "KERNEL", "hidden memory"),
    "limits": (
        "inside/limits.py",
        "    try:\n        resource",
        "    return\n    try:\n        resource",
        "BASIC",
        "memory",
    ),
    "environment": (
        "launching.py",
        "    if order.layer == Layer.NONE:",
        "    if True:",
        "BASIC",
        "environment",
    ),
    "killing": (
        "inside/killing.py",
        "        if uid and",
        "        return\n        if uid and",
        "NONE",
        "daemon",
    ),
    "folder": (
        "inside/measuring.py",
        "    size = files = 0",
        "    return ''\n    size = files = 0",
        "BASIC",
        "disk",
    ),
    "output": ("inside/streams.py", "            del self.tail[:-KEPT]", "            pass", "NONE", "flood"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_layer_that_silently_does_nothing_does_not_hold(tmp_path, name):
    """One part is made to do nothing; the probe names what gets through, and the layer is not offered."""
    file, before, after, layer, attack = BREAKS[name]
    copy_to(tmp_path)
    path = tmp_path / "conclab" / "sandbox" / file
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))
    with Driver(tmp_path, "own") as driver:
        found = driver("probes", layers=[layer], needs=[])[layer]
    assert not found["holds"]
    assert attack in found["escaped"]


def test_a_bubblewrap_that_only_starts_programs_is_none(sources, tmp_path, monkeypatch):
    """Its presence proves nothing."""
    fake = tmp_path / "bwrap"
    fake.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with Driver(sources, "own") as driver:
        needs_layer(driver, "KERNEL")
        found = driver("best", needs=[])
    assert found["layer"] == "KERNEL"
    assert "does not hold" in found["missing"][0]


def test_a_bubblewrap_that_can_not_do_it_is_recognised(sources, tmp_path, monkeypatch):
    """The teacher reads what to do, not what failed."""
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with Driver(sources, "own") as driver:
        found = driver("best", needs=[])
    assert "AppArmor" in found["missing"][-1]


@pytest.mark.parametrize("needs", [[], ["processes"], ["network"], ["processes", "network"]], ids="-".join)
def test_the_layers_hold_here_whatever_a_program_needs(driver, needs):
    """Or say in words why they can't be had."""
    found = driver("probes", layers=LAYERS, needs=needs)
    for name, each in found.items():
        assert each["escaped"] == []
        assert each["holds"] or each["problem"], name


def test_every_layer_above_the_one_that_holds_says_what_it_lacks():
    """In words, with the way to it."""
    for problem, way in (
        ("it could not be set apart: bwrap: Unknown option --size", "too old"),
        ("it could not be set apart: system call 444: Function not implemented", "5.13"),
        ("it could not be set apart: system call 444: Operation not supported", "lsm="),
        ("it could not be set apart: no table of system calls for riscv64", "aarch64"),
        ("something nobody has seen", "something nobody has seen"),
    ):
        assert way in wording.lacks(Probe(Layer.KERNEL, problem=problem))
    lines = list(wording.in_words(Isolation(Layer.BASIC, ("limits",), ("kernel: why", "namespaces: why"))))
    assert lines[0].startswith("basic (limits): ")
    assert lines[1:] == ["kernel: why", "namespaces: why"]


# The filter, executed instruction by instruction: it need not run on this machine.


def decide(code: list[bytes], architecture: int, number: int, *arguments: int) -> int:
    """What the kernel would return for one call."""
    import struct

    data = struct.pack("<iIQ6Q", number, architecture, 0, *[*arguments, 0, 0, 0, 0, 0, 0][:6])
    accumulator = place = 0
    while True:
        instruction, then, otherwise, value = struct.unpack("HBBI", code[place])
        place += 1
        if instruction == seccomp.LOAD:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif instruction == seccomp.AND:
            accumulator &= value
        elif instruction == seccomp.RETURN:
            return value
        else:
            jumps = {
                seccomp.EQUAL: accumulator == value,
                seccomp.ANY_BIT: bool(accumulator & value),
                seccomp.GREATER: accumulator > value,
            }
            place += then if jumps[instruction] else otherwise


ME = 4321
THREAD_FLAGS = 0x3D0F00  # what glibc's pthread_create asks for
CALLS = {
    "ptrace": ((16,), None, None),
    "chmod": ((0, 0o777), None, None),
    "fork": ((), None, "processes"),
    "execve": ((), None, "processes"),
    "clone": ((17,), THREAD_FLAGS, "processes"),
    "kill": ((ME - 1, 9), ME, "processes"),
    "tgkill": ((ME - 1, ME, 9), ME, "processes"),
    "prlimit64": ((ME - 1,), 0, None),
    "socket": ((2,), None, "network"),
    "socketpair": ((2,), 1, None),
    "io_uring_setup": ((), None, None),
    "openat2": ((), None, None),
}


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
@pytest.mark.parametrize("name", CALLS)
def test_the_filter_refuses_each_call_on_each_machine(machine, name):
    """And allows what a need opens, and what a program does to itself."""
    architecture, column = seccomp.ARCHITECTURES[machine]
    number = NUMBERS[name][column]
    if number is None:
        return
    refused, allowed, need = CALLS[name]
    closed = seccomp.program(machine, processes=False, families=(), me=ME)
    opened = seccomp.program(machine, processes=True, families=(2, 10), me=ME)
    assert decide(closed, architecture, number, *refused) != seccomp.ALLOW
    if allowed is not None:
        assert decide(closed, architecture, number, allowed) == seccomp.ALLOW
    assert (decide(opened, architecture, number, *refused) == seccomp.ALLOW) is (need is not None)


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_the_filter_lets_ordinary_calls_pass(machine):
    """Reading, writing, sleeping; and opening, unless that would empty a file that is only read."""
    architecture, column = seccomp.ARCHITECTURES[machine]
    code = seccomp.program(machine, processes=False, families=(), me=ME)
    for number in ((0, 1, 3, 9, 35, 202), (63, 64, 57, 222, 101, 98))[column]:
        assert decide(code, architecture, number) == seccomp.ALLOW
    openat = NUMBERS["openat"][column]
    assert decide(code, architecture, openat, 0, 0, os.O_WRONLY | os.O_TRUNC) == seccomp.ALLOW
    assert decide(code, architecture, openat, 0, 0, os.O_RDONLY) == seccomp.ALLOW
    assert decide(code, architecture, openat, 0, 0, os.O_RDONLY | 0x200) != seccomp.ALLOW
    assert decide(code, architecture, 0x40000000) != seccomp.ALLOW
    assert decide(code, 0x40000003, 20) == seccomp.KILL  # 32-bit calls have other numbers
    assert len(code) < 4096
    assert all(0 <= instruction[2] < 256 for instruction in code)


# Tidying up.


def test_a_folder_is_removed_with_whatever_was_made_in_it_and_no_more(tmp_path):
    """Deeper than a path can be long, links that lead out of it, names that are in the way."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("kept")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(kept, target_is_directory=True)
    (folder / "lifted-1").mkdir()
    (folder / "lifted-1" / "lifted-2").write_text("")
    (folder / "lifted-1" / "lifted-1").mkdir()
    here = os.open(folder, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("a" * 100, dir_fd=here)
        inner = os.open("a" * 100, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.symlink(kept, "link", dir_fd=here)
    os.close(here)
    removing.remove(str(folder))
    assert not folder.exists()
    assert (kept / "file").read_text() == "kept"
    removing.remove(str(folder))  # twice is once


VERSION = """
import asyncio, sys, threading
asyncio.run(asyncio.sleep(0))
threading.Thread(target=print, args=("%d.%d" % sys.version_info[:2],)).start()
"""


@pytest.mark.parametrize("layer", LAYERS)
def test_other_interpreters_run_apart_too(tmp_path, layer, driver, account):
    """A lab is verified on every Python that is here."""
    if account != "own":
        pytest.skip("once is enough")
    needs_layer(driver, layer)
    program = script(tmp_path, VERSION)
    roots = sorted(Path.home().glob(".pyenv/versions/3.1[1-9]*"))
    for root in roots:
        version = ".".join(root.name.split(".")[:2])
        python = root / "bin" / f"python{version}"
        if not python.exists():
            continue
        with launch(program, layer=Layer[layer], python=str(python), limits=Limits()) as confined:
            ending = confined.wait(60)
        assert (ending.exit_code, ending.problem) == (0, ""), ending.output.stderr.text
        assert ending.output.stdout.text.strip() == version.removesuffix("t")
