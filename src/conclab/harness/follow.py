"""Starts a person's own program so that each of its Python processes observes itself.

The environment does it all: a sitecustomize on PYTHONPATH begins the recording, the shim is preloaded.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conclab.errors import BadRequestError
from conclab.gil.record import PROGRAM
from conclab.harness.launch import importable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


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
