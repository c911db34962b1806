"""A copy of the package with faulty content in it, and the command line run as a real process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from hypothesis import HealthCheck, settings

import conclab

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(conclab.__file__).parent
FAULTY = Path(__file__).parent / "faulty"

# No test asserts a wall-clock time, and a property is no exception: on a busy machine one call may take long.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")


@pytest.fixture(scope="session")
def faulty_sources(tmp_path_factory) -> Path:
    """The package with the files of tests/faulty added: a new experiment is one file, a new workload one."""
    root = tmp_path_factory.mktemp("sources")
    shutil.copytree(PACKAGE, root / "conclab", ignore=shutil.ignore_patterns("__pycache__"))
    for file in FAULTY.rglob("*.py"):
        shutil.copy(file, root / "conclab" / file.relative_to(FAULTY))
    return root


def command_line(sources: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command and the environment that run conclab from a folder of sources."""
    env = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS"}}
    env |= {"PYTHONPATH": str(sources), "COLUMNS": "120", "MPLBACKEND": "agg"}
    return [sys.executable, "-m", "conclab", *arguments], env


@pytest.fixture
def conclab_command(faulty_sources, tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run conclab in an empty folder and wait for it."""

    def run(*arguments: str, before: tuple[str, ...] = (), **more) -> subprocess.CompletedProcess[str]:
        command, env = command_line(faulty_sources, *arguments)
        return subprocess.run(
            [*before, *command],
            env=env | more.pop("env", {}),
            cwd=more.pop("cwd", tmp_path),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            **more,
        )

    return run


@pytest.fixture
def conclab_process(faulty_sources, tmp_path):
    """Start conclab in an empty folder; whatever is left of it at the end of the test is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command, env = command_line(faulty_sources, *arguments)
        process = subprocess.Popen(
            command, env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        for child in family(process.pid):
            child.kill()
        process.communicate()


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started, as far as they live."""
    try:
        parent = psutil.Process(pid)
        return [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        return []
