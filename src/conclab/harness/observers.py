"""Which layer observes the GIL of an interpreter on this machine: found out by doing it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.errors import BadRequestError
from conclab.gil.ready import ready
from conclab.gil.record import Wish, observations
from conclab.gil.states import Layer
from conclab.harness.launch import environment
from conclab.harness.session import scratch

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 30
LOOK = "import sys, pathlib; from conclab.gil import record; record.start(pathlib.Path(sys.argv[1]))()"


@dataclass(frozen=True, slots=True)
class Found:
    """The best layer that works, and why no better one does."""

    layer: Layer
    because: str


def best_layer(executable: str = sys.executable) -> Found:
    """Let an interpreter observe itself for a moment."""
    try:
        with scratch("look") as folder:
            return _look(executable, folder)
    except (BadRequestError, OSError) as error:
        return Found(Layer.DERIVED, f"no folder for temporary files to look from: {error}")


def _look(executable: str, folder: Path) -> Found:
    settings = ready(folder, Wish.AUTO)
    command = [executable, "-P", "-c", LOOK, str(folder)]
    surroundings = environment(folder) | settings
    try:
        subprocess.run(command, env=surroundings, capture_output=True, timeout=PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return Found(Layer.DERIVED, f"the interpreter could not be observed: {type(error).__name__}")
    seen, _ = observations(folder)
    return Found(seen[0].layer, seen[0].because) if seen else Found(Layer.DERIVED, "nothing was recorded")
