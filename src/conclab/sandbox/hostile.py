"""Run as an untrusted program to probe a layer: tries what such a program would, and tells what succeeded.

One name a line on the descriptor that it is given, then `done`. Standard library only, nothing of conclab: it
must run where nothing else can be read. Nothing that succeeds here does harm.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import mmap
import os
import resource
import signal
import socket
import struct
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
PTRACE_SEIZE, NEW_USER = 0x4206, 0x10000000
NUMBERS = {"x86_64": (101, 310, 319), "aarch64": (117, 270, 279)}  # ptrace, process_vm_readv, memfd_create
PIDFD_OPEN, PIDFD_GETFD = 434, 438
FLOOD = 1 << 20
UNNOTICED_S = 3.0  # by then a folder that is too full has been looked at some fifty times
FORGOTTEN_S = 60

told, life, decoy, port, abstract, place, folder_bytes = sys.argv[1:]
VICTIM = int(decoy)
SECRET = os.path.join(place, "secret")
LIBRARY = os.path.join(place, "library", "module.py")


def main() -> None:
    """Try everything; what it takes to be stopped comes last."""
    with os.fdopen(int(told), "w", encoding="ascii") as answers:
        for name, attack in ATTACKS.items():
            try:
                succeeded = attack()
            except (OSError, MemoryError, ValueError, KeyError, AttributeError):
                continue
            if succeeded is not False:
                answers.write(f"{name}\n")
                answers.flush()
        answers.write("done\n")
    fill()


def fill() -> None:
    """Put twice of what is allowed into the folder, in small enough files, and wait to be stopped."""
    for number in range(8):
        with open(f"filling-{number}", "wb") as file:
            file.write(bytes(int(folder_bytes) // 4))
    time.sleep(UNNOTICED_S)


def environment() -> bool:
    return "CONCLAB_SECRET" in os.environ


def write() -> None:
    with open(os.path.join(place, "written"), "w", encoding="ascii") as file:
        file.write("forged")


def read(path: str) -> bool:
    with open(path, "rb") as file:
        return b"secret" in file.read(4096)


def truncate() -> None:
    os.close(os.open(LIBRARY, os.O_RDONLY | os.O_TRUNC))


def change_mode() -> None:
    os.chmod(SECRET, 0o600)


def tcp() -> None:
    with socket.create_connection(("127.0.0.1", int(port)), timeout=1):
        pass


def unix(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(address)


def look_into_memory() -> None:
    os.close(os.open(f"/proc/{VICTIM}/mem", os.O_RDWR))


def trace() -> bool:
    """Attached without stopping it; given back when this process ends."""
    return system_call(NUMBERS[os.uname().machine][0], PTRACE_SEIZE, VICTIM, 0, 0) == 0


def read_memory() -> bool:
    """From an address where nothing is: only who may read is told so."""
    mine = ctypes.create_string_buffer(1)
    here = struct.pack("PN", ctypes.addressof(mine), 1)
    there = struct.pack("PN", 1, 1)
    system_call(NUMBERS[os.uname().machine][1], VICTIM, here, 1, there, 1, 0)
    return ctypes.get_errno() == errno.EFAULT


def take_descriptor() -> bool:
    process = system_call(PIDFD_OPEN, VICTIM, 0)
    return system_call(PIDFD_GETFD, process, 0, 0) >= 0


def limit_another() -> None:
    resource.prlimit(VICTIM, resource.RLIMIT_CORE, (0, 0))


def new_namespace() -> bool:
    """In a child, for the program would be in it from then on."""
    child = os.fork()
    if child == 0:
        os._exit(0 if LIBC.unshare(NEW_USER) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0


def fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def bomb() -> bool:
    """Whether the limit counts for this user at all: root is exempt from it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    if hard == resource.RLIM_INFINITY:
        return True
    resource.setrlimit(resource.RLIMIT_NPROC, (1, hard))
    try:
        fork()
        return True
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))


def execute() -> bool:
    child = os.posix_spawn("/bin/true", ["true"], {})
    return os.waitpid(child, 0)[1] == 0


def memory() -> bool:
    """Reserved, not used."""
    mmap.mmap(-1, 3 << 30).close()
    return True


def big_file() -> None:
    with open("big", "wb") as file:
        file.truncate(1 << 40)
    os.unlink("big")


def hidden_memory() -> bool:
    return system_call(NUMBERS[os.uname().machine][2], ctypes.c_char_p(b"hidden"), 0) >= 0


def segment() -> bool:
    """System V shared memory outlives its processes."""
    number = LIBC.shmget(0, 4096, 0o600)
    if number >= 0:
        LIBC.shmctl(number, 0, None)
    return bool(number >= 0)


def shared_memory() -> None:
    path = f"/dev/shm/conclab-{os.getpid()}"  # noqa: S108
    os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(path)


def watch() -> bool:
    watcher = LIBC.inotify_init1(0)
    return bool(watcher >= 0 and LIBC.inotify_add_watch(watcher, place.encode(), 1) >= 0)


def daemon() -> bool:
    """Forked twice, in a session of its own, holding the pipe that shows whether it lives."""
    if os.fork() == 0:
        try:
            with contextlib.suppress(PermissionError):
                os.setsid()
            if os.fork() == 0:
                signal.alarm(FORGOTTEN_S)  # should nobody end it
                signal.pause()
        finally:
            os._exit(0)
    return False


def flood() -> bool:
    """Not a success by itself: what counts is how much of it is kept, and that this returns."""
    os.write(1, b"x")
    for _ in range(FLOOD // 4096):
        os.write(1, bytes(4096))
    return False


def system_call(number: int, *arguments: object) -> int:
    """Return what the kernel answers, -1 for a refusal."""
    return int(
        LIBC.syscall(
            *(ctypes.c_long(each) if isinstance(each, int) else each for each in (number, *arguments))
        )
    )


ATTACKS: dict[str, Callable[[], object]] = {
    "environment": environment,
    "read": lambda: read(SECRET),
    "write": write,
    "truncate": truncate,
    "mode": change_mode,
    "see": lambda: os.stat(SECRET),
    "watch": watch,
    "tcp": tcp,
    "abstract": lambda: unix("\0" + abstract),
    "socket": lambda: unix(os.path.join(place, "socket")),
    "signal": lambda: os.kill(VICTIM, 0),
    "limits": limit_another,
    "environ": lambda: read(f"/proc/{VICTIM}/environ"),
    "mem": look_into_memory,
    "ptrace": trace,
    "vm": read_memory,
    "descriptor": take_descriptor,
    "namespace": new_namespace,
    "fork": fork,
    "bomb": bomb,
    "execute": execute,
    "memory": memory,
    "big file": big_file,
    "hidden memory": hidden_memory,
    "segment": segment,
    "shared memory": shared_memory,
    "daemon": daemon,
    "flood": flood,
}
main()
