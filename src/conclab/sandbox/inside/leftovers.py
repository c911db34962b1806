"""What a program can leave outside its folder and its processes, told by its owner, who was nobody else."""

from __future__ import annotations

import os
import stat

from conclab.sandbox.inside import libc, removing

WORLD_WRITABLE = ("/dev/shm", "/dev/mqueue", "/tmp", "/var/tmp", "/run/lock")  # noqa: S108 - to be swept
IPC = ("shm", "sem", "msg")


def sweep(uid: int) -> None:
    """Remove what belongs to a user that no longer runs anything. Raises OSError."""
    for folder in WORLD_WRITABLE:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            path = os.path.join(folder, name)
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                continue  # somebody else's, gone meanwhile
            if found.st_uid == uid:
                if stat.S_ISDIR(found.st_mode):
                    removing.remove(path)
                else:
                    os.unlink(path)
    for kind in IPC:
        for number in _owned(kind, uid):
            libc.remove_ipc(kind, number)


def _owned(kind: str, uid: int) -> list[int]:
    try:
        with open(f"/proc/sysvipc/{kind}", encoding="ascii") as table:
            names, *rows = [line.split() for line in table]
    except OSError:
        return []  # a kernel without System V IPC
    number, owner, creator = 1, names.index("uid"), names.index("cuid")
    return [int(row[number]) for row in rows if str(uid) in {row[owner], row[creator]}]
