"""What this machine is, as far as the operating system tells: cores, load, limits, frequency governor.

Measures nothing. How many cores one really gets is the ceiling's business.
"""

from __future__ import annotations

import math
import os
import platform
import sys
from pathlib import Path

CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")
GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
HASH_SEED = 0  # of every lane: the order of sets must not differ between them
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")


def usable_cores() -> int:
    """Count the logical CPUs that this process may use: affinity mask and container quota."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cpu_quota(CGROUP_QUOTA)
    return allowed if quota is None else max(1, min(allowed, math.ceil(quota)))


def cpu_quota(path: Path) -> float | None:
    """Read a cgroup v2 quota in CPUs: `150000 100000` is 1.5; None where there is no limit."""
    try:
        quota, period = path.read_text(encoding="ascii").split()[:2]
        return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError):
        return None


def load() -> float | None:
    """One-minute load average; None where the system has none."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def governor() -> str | None:
    """Name the frequency governor of the first CPU, if the kernel shows it."""
    return _line(GOVERNOR)


def cpu_model() -> str:
    """Name the processor."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def environment() -> dict[str, object]:
    """Everything about the machine that run.json keeps. Names no person, host or path."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - only a run needs it

    import psutil  # noqa: PLC0415 - the same

    import conclab  # noqa: PLC0415 - the version alone

    def of(package: str) -> str | None:
        try:
            return version(package)
        except PackageNotFoundError:
            return None

    return {
        "cpu_model": cpu_model(),
        "architecture": platform.machine(),
        "cores_usable": usable_cores(),
        "cores_logical": os.cpu_count(),
        "cores_physical": psutil.cpu_count(logical=False),
        "cpu_quota": cpu_quota(CGROUP_QUOTA),
        "memory_bytes": psutil.virtual_memory().total,
        "governor": governor(),
        "load_before": load(),
        "load_after": None,
        "os": f"{platform.system()} {platform.release()}",
        "container": any(Path(mark).exists() for mark in CONTAINER_MARKS),
        "platform": sys.platform,
        "conclab": conclab.__version__,
        "hash_seed": HASH_SEED,
        "garbage_collection": "enabled; the lane collects before every trial, pool workers as they need",
        "dependencies": {name: of(name) for name in ("matplotlib", "psutil", "uvloop", "viztracer")},
    }


def _line(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return None
