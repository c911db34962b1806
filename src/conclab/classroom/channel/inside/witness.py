"""The witness: has conclab.explore search a scenario beside the submission, and says what it found."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from socket import socket

from conclab.classroom.channel import wire

LONGEST = 20_000


def main(fd: int, folder: str, preemptions: int, budget: int) -> None:
    """Explore `scenario` of the file that lies in the folder; one frame is the answer."""
    from conclab.explore import explore  # noqa: PLC0415 - it is shipped with a witness alone

    sys.path.insert(0, folder)
    line = socket(fileno=fd)
    try:
        result = explore(f"{Path(folder) / 'witnessed.py'}:scenario", preemptions=preemptions, budget=budget)
        failure = result.failure
        summary = failure.summary if failure is not None else result.not_controlled or ""
        answer = {"verdict": str(result.verdict), "summary": summary, "text": result.text()[:LONGEST]}
    except BaseException as error:  # noqa: BLE001 - the grader is told
        answer = {"verdict": "error", "summary": f"{type(error).__name__}: {error}"[:LONGEST], "text": ""}
    line.sendall(wire.frame(answer))
    os._exit(0)
