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
CAPABILITIES = 0x20080522  # _LINUX_CAPABILITY_VERSION_3


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


def capabilities() -> int:
    """Return what this process may do beyond others, as bits. Raises OSError."""
    head, sets = (ctypes.c_uint32 * 2)(CAPABILITIES, 0), (ctypes.c_uint32 * 6)()
    _checked(_libc.capget(head, sets), "capget")
    return (
        int(sets[0]) | int(sets[3]) << 32
    )  # effective; permitted and inheritable follow, then the high halves


def set_capabilities(kept: int) -> None:
    """Give up all but these, of the lower 32. Raises OSError."""
    head, sets = (ctypes.c_uint32 * 2)(CAPABILITIES, 0), (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)
    _checked(_libc.capset(head, sets), "capset")


def remove_ipc(kind: str, number: int) -> None:
    """Remove a System V segment (`shm`), queue (`msg`) or set of semaphores (`sem`). Raises OSError."""
    if kind == "sem":
        _checked(_libc.semctl(number, 0, 0), "semctl")
    else:
        _checked(getattr(_libc, f"{kind}ctl")(number, 0, None), f"{kind}ctl")
