"""Runs a program that root launches as a user that is nobody: no other process has its number.

So the kernel counts this program's processes alone, its leftovers are told by their owner, and it may neither
signal nor look into whoever launched it. The one power that it keeps is to read what only root may, for an
interpreter may lie in root's home; what it may read is Landlock's to say.
"""

from __future__ import annotations

import ctypes
import os

from conclab.sandbox.inside import libc

READ_SEARCH = 2  # CAP_DAC_READ_SEARCH; the numbers are those of capabilities(7)
NEEDED = (0, 6, 7)  # CAP_CHOWN, CAP_SETGID, CAP_SETUID
FIRST, MANY = 0x70000000, 0x08000000  # far from any user that there is, and from containers' usual ranges
CAPABILITIES = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
AMBIENT_RAISE = 2


def choose() -> int:
    """Return a number for one program; 0 if this process can't become somebody else."""
    if os.geteuid() != 0 or not all(_has(each) for each in (*NEEDED, READ_SEARCH)):
        return 0
    if not (_maps_all("uid_map") and _maps_all("gid_map")):
        return 0  # in a container with few users of its own
    return FIRST + int.from_bytes(os.urandom(4), "big") % MANY


def hand_over(folder: str, uid: int) -> None:
    """Make a folder and what the launcher put there the program's own."""
    os.lchown(folder, uid, uid)
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.lchown(os.path.join(path, name), uid, uid)


def become(uid: int) -> None:
    """Drop all but the right to read. Raises OSError."""
    libc.prctl(libc.PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    kept = 1 << READ_SEARCH
    head = (ctypes.c_uint32 * 2)(CAPABILITIES, 0)
    sets = (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)  # effective, permitted, inheritable; high halves
    libc.capset(head, sets)
    libc.prctl(libc.PR_CAP_AMBIENT, AMBIENT_RAISE, READ_SEARCH)  # for an interpreter that it starts itself


def _has(capability: int) -> bool:
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        line = next((line for line in status if line.startswith("CapEff:")), "CapEff: 0")
    return bool(int(line.split()[1], 16) >> capability & 1)


def _maps_all(name: str) -> bool:
    with open(f"/proc/self/{name}", encoding="ascii") as table:
        ranges = [[int(each) for each in line.split()] for line in table]
    return any(inside <= FIRST and FIRST + MANY <= inside + count for inside, _, count in ranges)
