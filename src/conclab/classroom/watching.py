"""Waits until a file changes or a key is pressed. Looks again and again: over NFS and WSL no system tells."""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

POLL_S = 0.3
CHANGED = "changed"
Stamp = dict[str, tuple[int, int]]


def stamp(files: Iterable[Path]) -> Stamp:
    """When each was written and how long it is. One that is not there is left out: it is being saved."""
    found = {}
    for file in files:
        try:
            about = file.stat()
        except OSError:
            continue
        found[str(file)] = (about.st_mtime_ns, about.st_size)
    return found


def wait(before: Stamp, look: Callable[[], Stamp], hear: Callable[[], str | None]) -> str:
    """CHANGED, or the line that was typed. `hear` waits for a moment."""
    while True:
        typed = hear()
        if typed is not None:
            return typed
        if look() != before:
            return CHANGED


class Keyboard:
    """Lines that somebody types; at the end of the input it only waits."""

    def __init__(self, fd: int = 0) -> None:
        self.fd = fd
        self.ended = False

    def __call__(self) -> str | None:
        """The next line without its end, if it comes soon."""
        if self.ended:
            time.sleep(POLL_S)
            return None
        try:
            ready, _, _ = select.select([self.fd], [], [], POLL_S)
            typed = os.read(self.fd, 4096) if ready else None
        except (OSError, ValueError):  # no input at all
            typed = b""
        self.ended = typed == b""
        return typed.decode("utf-8", "replace").strip() if typed else None
