"""Ends every process below this one, and no other.

This process is a child subreaper: whoever loses its parent below it, by a double fork or by being killed,
becomes its child. Only children are killed, and their groups, never grandchildren by their numbers: a child's
can't be given to a stranger before it is reaped here, so nobody else can be hit. Killed round by round, the
whole tree passes by.
"""

from __future__ import annotations

import os
import select

KILL = 9
ROUND_MS = 1  # before the next look, when the killed ones are not dead yet


class Tree:
    """The processes below this one."""

    def __init__(self, worker: int) -> None:
        self.worker = worker
        self.status: int | None = None  # of the worker, once it has been reaped
        self.memory_kib = 0
        self.cpu_s = 0.0

    def reap(self) -> bool:
        """Take note of all that have ended. False when nobody is left."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            self.memory_kib = max(self.memory_kib, usage.ru_maxrss)
            self.cpu_s += usage.ru_utime + usage.ru_stime
            if pid == self.worker:
                self.status = status

    def end(self, uid: int) -> None:
        """Kill until nobody is left. A process that hops from number to number is a child at every hop."""
        if uid and self.reap():
            _end_user(uid)
        pause = select.poll()
        while self.reap():
            for pid in children(self.worker if self.status is None else 0):
                _kill(pid)
            if self.reap():
                pause.poll(ROUND_MS)


def _kill(child: int) -> None:
    """With its whole group at one stroke, or a fork bomb would grow faster than it is killed.

    Nobody else is in it: a process can only join groups of its session, and the program began one.
    """
    try:
        group = os.getpgid(child)
        if group != os.getpgid(0):
            os.killpg(group, KILL)
        os.kill(child, KILL)
    except ProcessLookupError:
        return


def _end_user(uid: int) -> None:
    """Kill all that a user runs, at one stroke: no other program has this user."""
    helper = os.fork()
    if helper == 0:
        os.setresuid(uid, uid, uid)
        os.kill(-1, KILL)  # all but the one that asks
        os._exit(0)
    os.waitpid(helper, 0)


def children(known: int) -> list[int]:
    """Process ids of this process's children; where nobody can list them, the one that is known."""
    me = os.getpid()
    try:
        with open(f"/proc/self/task/{me}/children", encoding="ascii") as listed:
            return [int(pid) for pid in listed.read().split()]
    except OSError:  # a kernel without CONFIG_PROC_CHILDREN, or no Linux
        return [pid for pid in _all() if _parent(pid) == me] or [known] * (known > 0)


def _all() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except OSError:
        return 0
