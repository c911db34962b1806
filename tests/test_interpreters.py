"""A version, a name or a path becomes an executable, or a sentence that says what to do."""

from __future__ import annotations

import os
import sys

import pytest

from conclab.errors import BadRequestError
from conclab.harness.interpreters import find, own

MINE = own().asked


@pytest.mark.parametrize("name", [MINE, f"cpython-{MINE}", f"python{MINE}", sys.executable])
def test_ways_to_name_the_same_interpreter(name):
    """By version, with its implementation, as a command, by path."""
    assert find(name).executable == sys.executable


def fake_python(folder, name):
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_path_is_searched(tmp_path, monkeypatch):
    """As a shell would."""
    path = fake_python(tmp_path, "python3.99t")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    assert find("3.99t").executable == str(path)
    with pytest.raises(BadRequestError):
        find("3.99")


def test_a_variable_points_to_what_is_not_on_the_path(tmp_path, monkeypatch):
    """It is checked, too."""
    monkeypatch.setenv("CONCLAB_PYTHON_3_99T", str(fake_python(tmp_path, "odd-name")))
    assert find("3.99t").executable.endswith("odd-name")

    monkeypatch.setenv("CONCLAB_PYTHON_3_99T", str(tmp_path / "nothing"))
    with pytest.raises(BadRequestError, match="not an executable file"):
        find("3.99t")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("3.99", "python3.99 is not on the PATH. Install it, give its path, or set CONCLAB_PYTHON_3_99"),
        ("3.10", "too old for a lane; the oldest is 3.11"),
        ("pypy", "names no interpreter; write a version like 3.14 or 3.13t"),
        ("", "names no interpreter"),
        ("./here", "not an executable file"),
        (os.sep, "not an executable file"),
    ],
)
def test_what_is_not_found_is_answered_with_the_way_out(name, says):
    """What was looked for, and what to do."""
    with pytest.raises(BadRequestError, match=says.replace(".", r"\.")):
        find(name)
