"""What a process and its workers have used so far: CPU, switches, time spent runnable without a CPU.

Read before and after a trial, never during one. Knows nothing of variants or batches.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LINUX = sys.platform == "linux"


@dataclass(frozen=True, slots=True)
class Reading:
    """Totals since the processes began; None where this platform can't tell."""

    cpu_ns: int | None
    run_delay_ns: int | None
    voluntary: int | None
    involuntary: int | None

    def since(self, before: Reading) -> Reading:
        """Return the use between two readings."""
        return Reading(
            _minus(self.cpu_ns, before.cpu_ns),
            _minus(self.run_delay_ns, before.run_delay_ns),
            _minus(self.voluntary, before.voluntary),
            _minus(self.involuntary, before.involuntary),
        )


def read(workers: Sequence[int], *, cpu_last: bool = False) -> Reading:
    """Read this process and its worker processes (by pid). Outside Linux only this process is seen.

    Reading costs CPU time itself, so read the CPU clocks next to the trial: last before it, first after.
    """
    if LINUX:
        pids = [os.getpid(), *workers]
        cpu = None if cpu_last else _cpu_ns(pids)
        delay, voluntary, involuntary = _schedule(pids)
        return Reading(_cpu_ns(pids) if cpu_last else cpu, delay, voluntary, involuntary)
    if workers:
        return Reading(None, None, None, None)  # half of the truth would be no truth
    return _read_own()


def reset_peak(workers: Sequence[int]) -> None:
    """Start the count of peak memory anew, where the kernel allows it."""
    for pid in [os.getpid(), *workers]:
        try:
            # "5" resets the peak resident set size: proc(5), clear_refs.
            Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
        except OSError:
            return


def peak_bytes(workers: Sequence[int]) -> int | None:
    """Peak resident memory of this process and its workers, added up. Shared pages count in each."""
    if not LINUX:
        return None
    try:
        return sum(_status(f"/proc/{pid}/status", ["VmHWM"])[0] * 1024 for pid in [os.getpid(), *workers])
    except OSError:
        return None


def _cpu_ns(pids: Iterable[int]) -> int | None:
    try:
        # The kernel's clock id of another process's CPU time: clock_getcpuclockid(3).
        return sum(time.clock_gettime_ns((~pid << 3) | 2) for pid in pids)
    except OSError:  # a worker is gone
        return None


def _schedule(pids: Iterable[int]) -> tuple[int | None, int | None, int | None]:
    delay = voluntary = involuntary = 0
    try:
        for pid in pids:
            for folder in Path(f"/proc/{pid}/task").iterdir():
                delay += int(Path(f"{folder}/schedstat").read_text(encoding="ascii").split()[1])
                more = _status(f"{folder}/status", ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"])
                voluntary += more[0]
                involuntary += more[1]
    except (OSError, IndexError, KeyError):  # a worker is gone, or the kernel keeps no such figures
        return None, None, None
    return delay, voluntary, involuntary


def _read_own() -> Reading:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return Reading(time.process_time_ns(), None, None, None)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Reading(time.process_time_ns(), None, usage.ru_nvcsw, usage.ru_nivcsw)


def _status(path: str, keys: list[str]) -> list[int]:
    lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    found = dict(line.split(":", 1) for line in lines if ":" in line)
    return [int(found[key].split()[0]) for key in keys]


def _minus(after: int | None, before: int | None) -> int | None:
    return None if after is None or before is None else after - before
