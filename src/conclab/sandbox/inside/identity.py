"""Runs a program that root launches as a user that is nobody: no other process has its number.

So the kernel counts this program's processes alone, its leftovers are told by their owner, and it may neither
signal nor look into whoever launched it. The one power that it keeps is to read what only root may, for an
interpreter may lie in root's home; what it may read is Landlock's to say. A container's root that lacks this
power goes without where everybody may read; else its program stays root, of a kind that has no powers at all.
"""

from __future__ import annotations

import os
import stat

from conclab.sandbox.inside import libc

READ_SEARCH = 2  # CAP_DAC_READ_SEARCH; the numbers are those of capabilities(7)
NEEDED = (0, 6, 7)  # CAP_CHOWN, CAP_SETGID, CAP_SETUID
FIRST, MANY = 0x70000000, 0x08000000  # far from any user that there is, and from containers' usual ranges
AMBIENT_RAISE = 2


def choose(readable: list[str]) -> int:
    """Return a number for one program; 0 if it can't be run as somebody else, who must read these paths."""
    if os.geteuid() != 0 or ~libc.capabilities() & sum(1 << each for each in NEEDED):
        return 0
    if not libc.capabilities() >> READ_SEARCH & 1 and not all(_open_to_all(path) for path in readable):
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
    kept = libc.capabilities() & 1 << READ_SEARCH
    libc.prctl(libc.PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    libc.set_capabilities(kept)
    if kept:
        libc.prctl(
            libc.PR_CAP_AMBIENT, AMBIENT_RAISE, READ_SEARCH
        )  # for an interpreter that it starts itself


def renounce() -> None:
    """Stay who this is, without any power that goes with it. Raises OSError."""
    libc.set_capabilities(0)


def _open_to_all(path: str) -> bool:
    mode = stat.S_IMODE(os.stat(path).st_mode)
    above = os.path.dirname(path)
    return bool(mode & stat.S_IROTH) and (above == path or _passable(above))


def _passable(folder: str) -> bool:
    above = os.path.dirname(folder)
    return bool(os.stat(folder).st_mode & stat.S_IXOTH) and (above == folder or _passable(above))


def _maps_all(name: str) -> bool:
    with open(f"/proc/self/{name}", encoding="ascii") as table:
        ranges = [[int(each) for each in line.split()] for line in table]
    return any(inside <= FIRST and FIRST + MANY <= inside + count for inside, _, count in ranges)
