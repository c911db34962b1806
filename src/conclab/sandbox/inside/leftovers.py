"""What a program can leave outside its folder and its processes, told by its owner, who was nobody else."""

from __future__ import annotations

import os
import stat

from conclab.sandbox.inside import libc, removing
from conclab.sandbox.inside.order import KERNEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conclab.sandbox.inside.order import Order

SHARED_MEMORY = ("/dev/shm",)  # noqa: S108 - to be swept
WORLD_WRITABLE = (*SHARED_MEMORY, "/dev/mqueue", "/tmp", "/var/tmp", "/run/lock")  # noqa: S108 - the same
IPC = ("shm", "sem", "msg")


def sweep(order: Order) -> None:
    """Remove what its user owns, who no longer runs anything. Raises OSError."""
    if order.layer == KERNEL and "processes" in order.needs:
        _sweep_files(SHARED_MEMORY, order.uid)
    if order.layer >= KERNEL:
        return  # it could reach nothing else
    _sweep_files(WORLD_WRITABLE, order.uid)
    for kind in IPC:
        for number in _owned(kind, order.uid):
            libc.remove_ipc(kind, number)


def _sweep_files(folders: tuple[str, ...], uid: int) -> None:
    for folder in folders:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            path = os.path.join(folder, name)
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                continue  # somebody else's, gone meanwhile
            if found.st_uid == uid and stat.S_ISDIR(found.st_mode):
                removing.remove(path)
            elif found.st_uid == uid:
                os.unlink(path)


def _owned(kind: str, uid: int) -> list[int]:
    try:
        with open(f"/proc/sysvipc/{kind}", encoding="ascii") as table:
            names, *rows = [line.split() for line in table]
    except OSError:
        return []  # a kernel without System V IPC
    number, owner, creator = 1, names.index("uid"), names.index("cuid")
    return [int(row[number]) for row in rows if str(uid) in {row[owner], row[creator]}]
