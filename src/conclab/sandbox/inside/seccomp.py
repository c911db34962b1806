"""Refuses system calls that no exercise needs and that reach beyond a program's own process and folder.

A filter in the kernel's own bytecode (seccomp(2)), without libseccomp. It complements Landlock, which knows
nothing of permissions, owners, priorities or limits of others. `chmod` and its kin are refused everywhere, in
the program's own folder too: Landlock would let it change the permissions of every file of its user. So are
`setsid` and `setpgid`: what stays in one group is killed at one stroke.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from conclab.sandbox.inside import libc
from conclab.sandbox.inside.callnumbers import NEWEST, NUMBERS

MODE_FILTER = 2  # of PR_SET_SECCOMP
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # AUDIT_ARCH_*, column of NUMBERS

LOAD, AND, RETURN = 0x20, 0x54, 0x06  # instructions: BPF_LD|W|ABS, ALU|AND|K, RET|K
EQUAL, ANY_BIT, GREATER = 0x15, 0x45, 0x25  # jumps: JMP|JEQ|K, JMP|JSET|K, JMP|JGT|K
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000  # SECCOMP_RET_*
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data; little endian, low half first

THREAD = 0x00010000  # CLONE_THREAD
NAMESPACES = 0x7E020000  # CLONE_NEW* but for time, which only clone3 takes
TRUNCATE, ACCESS_MODE = 0x200, 3  # O_TRUNC, O_ACCMODE
UNIX, INET, INET6 = 1, 2, 10  # AF_*

LEAVING = ("setsid", "setpgid")
PROCESSES = ("fork", "vfork", "execve", "execveat")
UNKNOWN = (
    "clone3",
    "openat2",
)  # their arguments lie in memory, where a filter can't look: glibc uses the older
SPECIAL = {*PROCESSES, *UNKNOWN, "clone", "kill", "tgkill", "socket", "socketpair", "prlimit64"}
SPECIAL |= {"sched_setaffinity", "open", "openat", "creat"}
NEVER = tuple(name for name in NUMBERS if name not in SPECIAL)

Code = list[bytes]


def apply(*, processes: bool, families: tuple[int, ...]) -> None:
    """Filter the system calls of this process and all it starts, for good. Raises OSError."""
    _install(program(_machine(), processes=processes, families=families, me=os.getpid()))


def keep_group() -> None:
    """Refuse no more than leaving the process group. Raises OSError."""
    machine = _machine()
    _install([*_beginning(machine), *_never(machine, LEAVING), _do(RETURN, ALLOW)])


def _machine() -> str:
    machine = os.uname().machine
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no table of system calls for {machine}")
    return machine


def _install(code: Code) -> None:
    raw = b"".join(code)
    filled = ctypes.create_string_buffer(raw, len(raw))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(filled)))
    libc.prctl(libc.PR_SET_SECCOMP, MODE_FILTER, head)


def program(machine: str, *, processes: bool, families: tuple[int, ...], me: int) -> Code:
    """Return the instructions. Each rule begins and ends with the call's number loaded."""
    _, column = ARCHITECTURES[machine]
    number = {name: both[column] for name, both in NUMBERS.items()}
    code = _beginning(machine) + _never(machine, NEVER if processes else (*NEVER, *PROCESSES))
    for name in UNKNOWN:
        code += _rule(number[name], [_refuse(errno.ENOSYS)])
    code += _rule(number["clone"], _clone(processes=processes))
    for name in () if processes else ("kill", "tgkill"):
        code += _rule(number[name], _only((me,), errno.EPERM))
    for name in ("prlimit64", "sched_setaffinity"):
        code += _rule(number[name], _only((0, me), errno.EPERM))
    code += _rule(number["socket"], _only(families, errno.EACCES))
    code += _rule(number["socketpair"], _only((UNIX,), errno.EACCES))
    for name, argument in (("open", 1), ("openat", 2)):
        code += _rule(number[name], _truncates(argument))
    return [*code, _do(RETURN, ALLOW)]


def _beginning(machine: str) -> Code:
    architecture, _ = ARCHITECTURES[machine]
    code = [_do(LOAD, ARCHITECTURE), _jump(EQUAL, architecture, 1, 0), _do(RETURN, KILL), _do(LOAD, NUMBER)]
    return [*code, _jump(GREATER, NEWEST, 0, 1), _refuse(errno.ENOSYS)]  # the x32 calls, too


def _never(machine: str, names: tuple[str, ...]) -> Code:
    _, column = ARCHITECTURES[machine]
    return [part for name in names for part in _rule(NUMBERS[name][column], [_refuse(errno.EPERM)])]


def _clone(*, processes: bool) -> Code:
    load = _argument(0)
    if processes:
        return [load, _jump(ANY_BIT, NAMESPACES, 0, 1), _refuse(errno.EPERM)]
    return [load, _jump(ANY_BIT, THREAD, 1, 0), _refuse(errno.EPERM)]


def _only(allowed: tuple[int, ...], error: int) -> Code:
    """Refuse every first argument but these."""
    jumps = [_jump(EQUAL, value, len(allowed) - place, 0) for place, value in enumerate(allowed)]
    return [_argument(0), *jumps, _refuse(error)]


def _truncates(argument: int) -> Code:
    """Refuse to empty a file that is opened for reading: before ABI 3, Landlock allowed it."""
    return [
        _argument(argument),
        _jump(ANY_BIT, TRUNCATE, 0, 3),
        _do(AND, ACCESS_MODE),
        _jump(EQUAL, os.O_RDONLY, 0, 1),
        _refuse(errno.EACCES),
    ]


def _rule(number: int | None, body: Code) -> Code:
    """Apply a body to one call, then load the number again for the next rule."""
    if number is None:
        return []
    body = [*body, _do(LOAD, NUMBER)]
    return [_jump(EQUAL, number, 0, len(body)), *body]


def _argument(place: int) -> bytes:
    return _do(LOAD, ARGUMENTS + 8 * place)


def _refuse(error: int) -> bytes:
    return _do(RETURN, REFUSE | error)


def _do(instruction: int, value: int) -> bytes:
    return _jump(instruction, value, 0, 0)


def _jump(instruction: int, value: int, then: int, otherwise: int) -> bytes:
    return struct.pack("HBBI", instruction, then, otherwise, value)
