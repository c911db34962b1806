"""Lets a program touch named files alone (landlock(7)). Needs no privilege and no package.

All that the running kernel's version knows is handled, so what no rule allows is refused: reading, writing,
TCP, signals to strangers and their abstract sockets. What it doesn't know, `seccomp` refuses.
"""

from __future__ import annotations

import ctypes
import os
import struct

from conclab.sandbox.inside import libc

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system calls, the same on every machine
VERSION, PATH_BENEATH = 1, 1  # flag of the first, type of rule of the second
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_FILE, MAKE_REG = (
    1 << 0,
    1 << 1,
    1 << 2,
    1 << 3,
    1 << 5,
    1 << 8,
)
TRUNCATE, IOCTL = 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
WRITE = READ_FILE | WRITE_FILE | TRUNCATE
SHARED = READ | WRITE | MAKE_REG | REMOVE_FILE  # /dev/shm: semaphores and shared memory
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL
RIGHTS = ((5, 1 << 16), (3, 1 << 15), (2, 1 << 14), (1, 1 << 13))  # from ABI, all below this bit
TCP, SCOPES = 3, 3  # bind and connect from ABI 4; abstract sockets and signals from ABI 6
TCP_FROM, SCOPES_FROM = 4, 6


def version() -> int:
    """Return the ABI that the kernel offers. Raises OSError if none."""
    return libc.syscall(CREATE_RULESET, None, 0, VERSION)


def apply(*, read: list[str], write: list[str], shared: list[str], devices: list[str], tcp: bool) -> None:
    """Restrict this process and all it starts, for good. Raises OSError."""
    abi = version()
    files = next(most - 1 for since, most in RIGHTS if abi >= since)
    handled = struct.pack("=QQQ", files, 0 if tcp or abi < TCP_FROM else TCP, SCOPES)
    size = 24 if abi >= SCOPES_FROM else 16 if abi >= TCP_FROM else 8
    rules = libc.syscall(CREATE_RULESET, ctypes.create_string_buffer(handled[:size], size), size, 0)
    for paths, rights in ((read, READ), (write, files), (shared, SHARED), (devices, WRITE)):
        for path in paths:
            _allow(rules, path, rights & files)
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    libc.syscall(RESTRICT_SELF, rules, 0)
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this system: nothing to allow
    if not os.path.isdir(path):
        rights &= OF_A_FILE
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, fd), 12)
    libc.syscall(ADD_RULE, rules, PATH_BENEATH, rule, 0)
    os.close(fd)
