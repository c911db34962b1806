"""Names of all threads of this process, by the operating system's ids, noted while they live.

One line a thread, written at once: what is noted outlives a crash. Needed because a tool that asks for
the name when a thread is new gets `Dummy-1` from Python 3.12 on, and afterwards the thread is gone.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_noting: list[Names] = []


class Names:
    """Notes names from `start` to `stop`; with a file, also there."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._pid = os.getpid()
        self._seen: dict[int, str] = {}

    def start(self) -> None:
        """Note all threads that live, and from now on each new one once, before it does anything."""
        _noting.append(self)
        # Up to 3.11 a recorder of calls needs the hook: then those alive at the end have names.
        if sys.version_info >= (3, 12) or threading.getprofile() is None:
            threading.setprofile(_note_this)
        self._note_all()

    def stop(self) -> dict[int, str]:
        """Return all names by id; threads may have been renamed since."""
        if self in _noting:
            _noting.remove(self)
        if not _noting and threading.getprofile() is _note_this:
            threading.setprofile(None)
        self._note_all()
        return dict(self._seen)

    def note(self, thread: threading.Thread) -> None:
        """Note one thread, unless it has no name of its own yet."""
        mine = thread is threading.current_thread()
        number = threading.get_native_id() if mine else thread.native_id  # the latter is old after a fork
        if os.getpid() != self._pid:
            return  # a forked copy of the list, in a process that is not ours
        if number is None or thread.name.startswith("Dummy-") or self._seen.get(number) == thread.name:
            return
        self._seen[number] = thread.name
        if self._file is not None:
            # In the thread itself, before it runs: neither a full disk nor a lack of descriptors may stop it.
            with suppress(OSError), self._file.open("a", encoding="utf-8", errors="replace") as file:
                file.write(f"{number} {' '.join(thread.name.split())}\n")

    def _note_all(self) -> None:
        for thread in threading.enumerate():
            self.note(thread)


def read(file: Path) -> dict[int, str]:
    """Read what was noted in a file; a torn last line is left out."""
    return dict(_lines(file)) if file.exists() else {}


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
        number, _, name = line.partition(" ")
        if number.isdigit() and line.endswith("\n"):
            yield int(number), name.strip()


def _note_this(*_: Any) -> None:
    """Installed as the profile function of new threads: called once in each, then it takes itself off."""
    sys.setprofile(None)
    for names in _noting:
        names.note(threading.current_thread())
