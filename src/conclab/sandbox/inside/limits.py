"""Limits of a process, and the ties to its keeper. Children inherit the limits, not the ties."""

from __future__ import annotations

import os
import resource
import sys

from conclab.sandbox.inside.order import NAMESPACES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conclab.sandbox.inside.order import Order

KILL = 9
BESIDE = 2  # bubblewrap's own, in the same namespace
OTHERS = 256  # processes and threads that an ordinary user may start elsewhere meanwhile


def apply(order: Order) -> None:
    """Set all of them, for good."""
    _limit("CORE", 0)
    _limit("FSIZE", order.file_bytes)
    _limit("NOFILE", order.open_files)
    _limit("AS", order.memory_bytes)
    _limit("CPU", order.cpu_s)
    _limit("MSGQUEUE", 0)
    alone = order.uid or order.layer == NAMESPACES
    _limit("NPROC", order.processes + (BESIDE if alone else OTHERS + _running()))


def tie() -> None:
    """End with the keeper, and gain nothing by executing a setuid program. A change of user unties."""
    if sys.platform != "linux":
        return
    from conclab.sandbox.inside import libc  # noqa: PLC0415 - Linux only

    keeper = os.getppid()
    libc.prctl(libc.PR_SET_DUMPABLE, 1)  # the keeper is not: a program may look into itself
    libc.prctl(libc.PR_SET_PDEATHSIG, KILL)
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    if os.getppid() != keeper:
        os._exit(0)  # it ended before it was watched


def _limit(name: str, value: int) -> None:
    which = getattr(resource, f"RLIMIT_{name}", None)
    if which is None:
        return  # not on this system
    _, most = resource.getrlimit(which)
    if most != resource.RLIM_INFINITY:
        value = min(value, most)
    try:
        resource.setrlimit(which, (value, value))
    except ValueError:
        if sys.platform == "linux":
            raise  # macOS refuses some of them: the probe says which are missed


def _running() -> int:
    """How many processes and threads this user has: the kernel counts all of them, not only a program's."""
    me, found = os.getuid(), 0
    try:
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return 0
    for pid in pids:
        try:
            if os.stat(f"/proc/{pid}").st_uid == me:
                found += len(os.listdir(f"/proc/{pid}/task"))
        except OSError:
            continue
    return found
