"""System calls that Python has no name for."""

from __future__ import annotations

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG = 1  # prctl(2), here and below
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_SECCOMP = 22
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47


def prctl(option: int, *arguments: object) -> None:
    """Set an attribute of this process. Raises OSError."""
    padded = [*arguments, 0, 0, 0, 0][:4]
    _checked(_libc.prctl(option, *[_wide(each) for each in padded]), f"prctl {option}")


def syscall(number: int, *arguments: object) -> int:
    """Make one system call by its number. Raises OSError."""
    return _checked(
        _libc.syscall(_wide(number), *[_wide(each) for each in arguments]), f"system call {number}"
    )


def _wide(argument: object) -> object:
    """Numbers as long as a register: ctypes makes them 32 bits otherwise."""
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def capset(head: object, sets: object) -> None:
    """Set the capabilities of this process. Raises OSError."""
    _checked(_libc.capset(head, sets), "capset")


def remove_ipc(kind: str, number: int) -> None:
    """Remove a System V segment (`shm`), queue (`msg`) or set of semaphores (`sem`). Raises OSError."""
    if kind == "sem":
        _checked(_libc.semctl(number, 0, 0), "semctl")
    else:
        _checked(getattr(_libc, f"{kind}ctl")(number, 0, None), f"{kind}ctl")
