"""How long a worker may take: counted in the time that it had, not in the time that passed.

A worker that is silent is looked at, again and again: time in which it used a CPU counts, and so does time in
which it waited for something of its own; time in which it only waited for a CPU does not. So a busy machine
decides no case. Where one lasts so long that something else must be wrong, a person looks.
"""

from __future__ import annotations

import select
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from conclab.classroom.faults import InfrastructureError, SilenceFault

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

BUDGET = 6  # times the longest silence: CPU time that the submission may use in one case
GUARD = 30  # times the same: what a case may last before a person looks, on a machine as busy as that
LOOKS = 10  # at a silent worker, before it is called silent
SHORTEST_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Spent:
    """What all processes below one have had up to now."""

    cpu_s: float
    delayed_s: float | None  # ready to run, with no CPU for it; None where the kernel does not say
    ready: bool  # whether one of them could use a CPU now


def spent(pid: int) -> Spent:
    """Look at the processes below this one. Those that end meanwhile are left out."""
    cpu_s, delayed_ns, ready, counted = 0.0, 0, False, True
    with suppress(psutil.Error):
        for process in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.Error):
                times = process.cpu_times()
                cpu_s += times.user + times.system
                ready = ready or process.status() == psutil.STATUS_RUNNING
            try:
                for thread in Path(f"/proc/{process.pid}/task").iterdir():
                    with suppress(FileNotFoundError, ProcessLookupError):  # it ended
                        delayed_ns += int((thread / "schedstat").read_text().split()[1])
            except (OSError, IndexError):
                counted = False
    return Spent(cpu_s, delayed_ns / 1e9 if counted else None, ready)


class Patience:
    """The time of one case, with whatever workers it has."""

    def __init__(
        self,
        silence_s: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        look: Callable[[int], Spent] = spent,
    ) -> None:
        self.silence_s = silence_s
        self.budget_s = BUDGET * silence_s
        self.used_s = 0.0  # by workers that have ended
        self._clock = clock
        self._look = look
        self._guard = clock() + GUARD * silence_s
        self._due = clock() + self.budget_s  # earlier only several processes can have used it up

    def check(self, pid: int, who: str) -> None:
        """Raise SilenceFault if the submission has had its time, InfrastructureError if it lasts too long."""
        now = self._clock()
        if now < self._due:
            return
        used_s = self.used_s + self._look(pid).cpu_s
        if used_s >= self.budget_s:
            raise SilenceFault(
                f"the time for this test is over: {who} and what went before used {used_s:.0f} s of CPU "
                f"time, {self.budget_s:g} s are allowed"
            )
        if now >= self._guard:
            raise InfrastructureError(
                f"this test was not over after {GUARD * self.silence_s:g} s, in which the submission used "
                f"{used_s:.1f} s of CPU time: the machine is too busy, or the test asks for too much"
            )
        self._due = min(self._guard, now + max(self.budget_s - used_s, SHORTEST_LOOK_S))

    def quiet(self, silence_s: float, who: str) -> Silence:
        """A message is awaited from now on."""
        return Silence(self, silence_s, who)


class Silence:
    """One wait for a whole message, in however many pieces it comes."""

    def __init__(self, patience: Patience, silence_s: float, who: str) -> None:
        self._patience = patience
        self._silence_s = silence_s
        self._who = who
        self._had_s = 0.0
        self._before: Spent | None = None
        self._since = patience._clock()  # noqa: SLF001 - its own

    def wait(self, sock: socket, pid: int, event: int = select.POLLIN) -> None:
        """Until something can be read, or written. Raises as Patience.check does, and SilenceFault."""
        self._patience.check(pid, self._who)
        look_s = max(self._silence_s / LOOKS, SHORTEST_LOOK_S)
        eyes = select.poll()
        eyes.register(sock, event)
        while not eyes.poll(look_s * 1e3):
            self.passed(pid)

    def passed(self, pid: int) -> None:
        """Some time has passed in silence: count what the worker had of it."""
        patience = self._patience
        now, found = patience._clock(), patience._look(pid)  # noqa: SLF001 - its own
        self._had_s += _had(now - self._since, self._before, found)
        self._since, self._before = now, found
        if self._had_s >= self._silence_s:
            raise SilenceFault(
                f"{self._who}: no answer, no announced step and no wait that can be seen "
                f"for {self._silence_s:g} s"
            )
        patience.check(pid, self._who)


def _had(passed_s: float, before: Spent | None, now: Spent) -> float:
    """How much of a time a worker had: it ran, or waited for something else than a CPU."""
    if before is None:  # nothing to compare with: in the worker's favour
        return 0.0
    ran_s = max(0.0, now.cpu_s - before.cpu_s)
    if now.delayed_s is not None and before.delayed_s is not None:
        own_s = passed_s - max(0.0, now.delayed_s - before.delayed_s)
    else:
        own_s = 0.0 if now.ready else passed_s
    return min(passed_s, max(ran_s, own_s))
