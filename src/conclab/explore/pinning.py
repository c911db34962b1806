"""All threads of an exploration on one CPU: one of them runs at a time, and a hand-over is quicker there.

On two CPUs waking the next thread takes 30 µs and more, on one it takes 8. Linux only; elsewhere nothing is
done. From time to time the kernel is asked anew which CPU is the best.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress

AGAIN_EVERY = 500  # executions
CPU_FIELD = 38  # of /proc/thread-self/stat, behind the name: on which CPU it ran last


class Pin:
    """The CPU of one exploration, and the threads that stay on it."""

    def __init__(self) -> None:
        self._able = hasattr(os, "sched_setaffinity")
        self._before = os.sched_getaffinity(0) if self._able else set()
        self._threads: set[int] = set()
        self._cpu: set[int] = set()
        self._executions = 0
        self.choose()

    def choose(self) -> None:
        """Let the kernel place the calling thread freely, then keep all of them there."""
        if not self._able or len(self._before) == 1:
            return
        with suppress(OSError):
            os.sched_setaffinity(0, self._before)
            os.sched_yield()
            self._cpu = {_cpu(self._before)}
            for thread in (0, *self._threads):
                with suppress(OSError):  # one that has ended meanwhile
                    os.sched_setaffinity(thread, self._cpu)

    def join(self) -> None:
        """Keep the calling thread there, too."""
        if self._cpu:
            self._threads.add(threading.get_native_id())
            with suppress(OSError):
                os.sched_setaffinity(0, self._cpu)

    def executed(self) -> None:
        """Count; choose again now and then."""
        self._executions += 1
        if self._executions % AGAIN_EVERY == 0:
            self.choose()

    def end(self) -> None:
        """Let the calling thread go where it could go before."""
        if self._cpu:
            with suppress(OSError):
                os.sched_setaffinity(0, self._before)


def _cpu(among: set[int]) -> int:
    """Where the calling thread is; any that is allowed where that can't be told."""
    with suppress(OSError, ValueError, IndexError), open("/proc/thread-self/stat", "rb") as file:  # noqa: PTH123
        number = int(file.read().rpartition(b")")[2].split()[CPU_FIELD - 2])
        if number in among:
            return number
    return min(among)
