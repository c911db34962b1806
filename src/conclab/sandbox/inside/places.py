"""What a Python program must be able to read to run at all, wherever its interpreter lies."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conclab.sandbox.inside.order import Order

SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/nix/store",
    "/gnu/store",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/sys/devices/system/cpu",  # how many there are
)
PROGRAMS = ("/bin", "/usr/bin")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - where glibc puts it, no choice of ours


def readable(order: Order) -> list[str]:
    """List them, with what the order names; only those that are here."""
    programs = PROGRAMS if "processes" in order.needs else ()
    return [
        path
        for path in (*SYSTEM, *programs, *_interpreter(), order.script, *order.read)
        if os.path.exists(path)
    ]


def _interpreter() -> list[str]:
    """The folders of the standard library and its extensions, without the rest of the prefix."""
    standard = os.path.dirname(os.__file__)
    shared = [os.path.join(prefix, "lib") for prefix in {sys.base_prefix, sys.base_exec_prefix}]
    return [os.path.realpath(sys.executable), standard, *shared]
