"""The shim's library: what is preloaded into a program has been tried, and is still what was tried."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

import conclab
from conclab.gil import build
from conclab.gil.build import shim

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no shim to build")
needs_compiler = pytest.mark.skipif(shim().path is None, reason=f"no exact layer here: {shim().because}")
SOURCES = str(Path(conclab.__file__).parent.parent)


def other_machine(library: bytes) -> bytes:
    """The same file, made for a machine that nobody has: bytes 18 and 19 of an ELF header say which."""
    return library[:18] + b"\xfe\xfe" + library[20:]


DAMAGES = {
    "cut off": lambda library: library[: len(library) // 2],
    "empty": lambda _: b"",
    "for another machine": other_machine,
    "one bit": lambda library: library[:-1] + bytes([library[-1] ^ 1]),
}


@needs_compiler
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_library_is_never_preloaded(damage, tmp_path):
    """It would kill every program that it is loaded into; it is built again in its place."""
    good = shim(cache=tmp_path).path
    assert good is not None
    whole = good.read_bytes()
    good.write_bytes(damage(whole))

    again = shim(cache=tmp_path)

    assert again.path == good, again.because
    assert good.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [good]


@needs_compiler
def test_a_damaged_library_without_a_compiler_is_a_reason(tmp_path):
    """Nothing else is preloaded in its stead."""
    good = shim(cache=tmp_path).path
    assert good is not None
    good.write_bytes(b"")

    found = shim("no-such-compiler", cache=tmp_path)

    assert found.path is None
    assert "No such file or directory: no-such-compiler" in found.because
    assert found.preloaded() == {}


@needs_compiler
def test_a_place_that_cant_be_read_is_a_reason(tmp_path):
    """A folder by the library's name, for instance."""
    good = shim(cache=tmp_path).path
    assert good is not None
    good.unlink()
    (good / "in the way").mkdir(parents=True)

    assert "Is a directory" in shim(cache=tmp_path).because


EMPTY = f'{sys.executable} -c \'import sys; open(sys.argv[sys.argv.index("-o") + 1], "w")\''
GIBBERISH = f"{sys.executable} -c 'import sys; sys.stderr.buffer.write(b\"error: \\xff\\xfe\"); sys.exit(1)'"


@pytest.mark.parametrize(
    ("compiler", "reason"),
    [
        ("true", "true made no library"),
        (EMPTY, "can't be loaded into Python"),
        pytest.param("cc -Dconclab_gil_start=other", "can't be loaded into Python", marks=needs_compiler),
        (GIBBERISH, "failed with exit code 1: error: \ufffd"),
        ("gcc '", 'CC="gcc \'" is no command'),
        ("''", "no C compiler"),
    ],
)
def test_a_compiler_that_makes_nothing_of_use_is_a_reason(compiler, reason, tmp_path):
    """In one line, and nothing of it stays."""
    found = shim(compiler, cache=tmp_path)

    assert found.path is None
    assert reason in found.because
    assert len(found.because.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_compiler_that_hangs_is_given_up(tmp_path, monkeypatch):
    """Whatever holds its output open."""
    monkeypatch.setattr(build, "PATIENCE_S", 0.2)
    found = shim(f"{sys.executable} -c 'import time; time.sleep(100)'", cache=tmp_path)
    assert "took longer than 0.2 s" in found.because


def test_who_has_no_home_gets_a_reason(monkeypatch):
    """A user whom the system does not know, in a container for instance."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert "Could not determine home directory" in shim("cc").because


def test_the_compiler_is_asked_once_per_process(tmp_path):
    """A pass after the other wants the shim; one that hangs or fails must cost its time once."""
    compiler = tmp_path / "cc"
    compiler.write_text(f"#!/bin/sh\necho called >> {tmp_path}/calls\nexit 1\n")
    compiler.chmod(0o755)
    asks = (
        "from conclab.gil.build import must_build, shim\nprint(must_build(), shim() == shim(), must_build())"
    )
    done = subprocess.run(
        [sys.executable, "-c", asks],
        env=os.environ | {"PYTHONPATH": SOURCES, "CC": str(compiler), "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True True False\n"
    assert (tmp_path / "calls").read_text() == "called\n"


@needs_compiler
def test_what_is_kept_need_not_be_built():
    """And it is a library that has what the exact layer calls."""
    path = shim().path
    assert path is not None
    assert not build.must_build()
    assert ctypes.CDLL(str(path)).conclab_gil_start
