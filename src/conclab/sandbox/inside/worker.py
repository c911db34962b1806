"""Turns the forked child into the untrusted program's process: everything is set before a line of it is read.

Whatever can't be set ends the process with the reason: it never runs less apart than was asked.
"""

from __future__ import annotations

import os
import sys

from conclab.sandbox.inside.order import BASIC, KERNEL, NAMESPACES, unpacked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conclab.sandbox.inside.keeper import Keeper
    from conclab.sandbox.inside.order import Order

READY = b"ready"  # when everything holds, and nothing of the program has run
COULD_NOT = 71  # EX_OSERR of sysexits.h


def prepare(layer: int) -> None:
    """Import what setting apart takes, while files can still be read, and compiled ones written."""
    if layer >= BASIC:
        from conclab.sandbox.inside import identity, leftovers, limits, places, seccomp  # noqa: F401, PLC0415
    if layer >= KERNEL:
        from conclab.sandbox.inside import landlock  # noqa: F401, PLC0415
    if layer >= NAMESPACES:
        from conclab.sandbox.inside import bubblewrap  # noqa: F401, PLC0415
    sys.dont_write_bytecode = True


def become(keeper: Keeper) -> None:
    """Leave the keeper's session, descriptors and powers behind."""
    order, status = keeper.order, keeper.status_program
    with _told(status):
        _leave(keeper)
        if order.layer == NAMESPACES:
            from conclab.sandbox.inside import bubblewrap  # noqa: PLC0415

            bubblewrap.execute(order, status)
        settle(order)


def wake(read: int, status: int) -> Order:
    """Go on inside the namespaces, in an interpreter that starts there."""
    with open(read, "rb") as pipe:
        order = unpacked(pipe.read())
    prepare(order.layer)
    with _told(status):
        settle(order)
    return order


class _told:  # noqa: N801 - reads as what it does
    """Says on the status pipe that all holds, or why not: then nothing of the program runs."""

    def __init__(self, status: int) -> None:
        self.status = status

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        os.write(self.status, READY if error is None else f"{error}".encode())
        if error is not None:
            os._exit(COULD_NOT)
        os.close(self.status)


def _leave(keeper: Keeper) -> None:
    os.setsid()
    for fd, drain in ((1, keeper.out), (2, keeper.err)):
        os.dup2(drain.program, fd)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    close_all_but({0, 1, 2, keeper.status_program, *keeper.order.fds})
    os.chdir(keeper.order.folder)


def settle(order: Order) -> None:
    """Set what the layer asks for: limits first, while they may still be set. Raises OSError."""
    if order.layer >= BASIC:
        from conclab.sandbox.inside import identity, limits  # noqa: PLC0415

        limits.apply(order)
        if order.uid:
            identity.become(order.uid)
        elif os.geteuid() == 0:
            identity.renounce()
        limits.tie()
    if order.layer == BASIC:
        _keep_group()
    if order.layer >= KERNEL:
        _lock(order)


def _keep_group() -> None:
    """Where the kernel can: a bomb whose processes form no groups of their own is killed at one stroke."""
    if sys.platform != "linux":
        return
    from conclab.sandbox.inside import seccomp  # noqa: PLC0415 - Linux only

    try:
        seccomp.keep_group()
    except OSError:
        return  # then they are killed one by one, which a large one survives for a while


def _lock(order: Order) -> None:
    from conclab.sandbox.inside import landlock, places, seccomp  # noqa: PLC0415

    processes, network = "processes" in order.needs, "network" in order.needs
    landlock.apply(
        read=places.readable(order),
        write=[order.folder],
        shared=[places.SHARED_MEMORY] if processes else [],
        devices=list(places.DEVICES),
        tcp=network,
    )
    families: tuple[int, ...] = (seccomp.INET, seccomp.INET6) if network else ()
    if order.layer == NAMESPACES and (processes or network):
        families += (seccomp.UNIX,)  # inside, there is no socket of anybody else to connect to
    seccomp.apply(processes=processes, families=families)


def close_all_but(kept: set[int]) -> None:
    """Close every descriptor that the program was not given."""
    low = 0
    for fd in sorted(kept):
        if low < fd:  # an empty range would end at -1, which the kernel takes for "all"
            os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, os.sysconf("SC_OPEN_MAX"))


def run(order: Order) -> None:
    """Run the script in this process, as its `__main__`."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "conclab"]:
        del sys.modules[name]  # a clean slate: the program imports its own, from where it may read
    with open(order.script, "rb") as file:
        code = compile(file.read(), order.script, "exec")
    main = type(sys)("__main__")
    main.__file__ = order.script
    sys.modules["__main__"] = main
    sys.argv[:] = [order.script, *order.arguments]
    exec(code, main.__dict__)  # noqa: S102 - that is the program
