"""Starts a person's own program so that each of its Python processes observes itself.

The environment does it all: a sitecustomize on PYTHONPATH begins the recording, the shim is preloaded.
"""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psutil

from conclab.errors import BadRequestError
from conclab.gil.record import PROGRAM
from conclab.harness.launch import importable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

GRACE_S = 1.0  # for workers that see that their parent is gone
HELPERS_S = 5.0  # for those of multiprocessing, which see it in any case, and may write what was recorded
HELPERS = re.compile(r"from multiprocessing\.(resource_tracker|forkserver) import main")


@contextmanager
def started(
    argv: Sequence[str], scratch: Path, *, settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command that records into the folder; ended at the latest with the block.

    Raises BadRequestError if there is no such command.
    """
    imports = importable(scratch)
    paths = [str(imports / "conclab" / "lane" / "site"), str(imports)]
    if os.environ.get("PYTHONPATH"):
        paths.append(os.environ["PYTHONPATH"])
    environment = os.environ | {PROGRAM: str(scratch), "PYTHONPATH": os.pathsep.join(paths)} | dict(settings)
    try:
        process = subprocess.Popen(list(argv), env=environment)
    except OSError as error:
        raise BadRequestError(f"can't run {argv[0]!r}: {error.strerror}") from error
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def still_running(scratch: Path) -> int:
    """Count the program's processes that outlive it: those whose environment names the folder."""
    left = [process for process in psutil.process_iter() if _belongs(process, scratch)]
    helpers = [process for process in left if _helps(process)]
    _, alive = psutil.wait_procs(helpers, timeout=HELPERS_S)
    others = [process for process in left if process not in helpers]
    return len(alive) + len(psutil.wait_procs(others, timeout=GRACE_S)[1])


def _belongs(process: psutil.Process, scratch: Path) -> bool:
    with suppress(psutil.Error, OSError):
        return process.environ().get(PROGRAM) == str(scratch) and not _observes(process.cmdline())
    return False


def _helps(process: psutil.Process) -> bool:
    with suppress(psutil.Error, OSError):
        return any(HELPERS.match(word) for word in process.cmdline())
    return False


def _observes(words: Sequence[str]) -> bool:
    """Whether it is the observer of a process and no part of the program."""
    return words[1:4] == ["-I", "-S", "-c"] and "conclab.gil.observer" in "".join(words[4:5])
