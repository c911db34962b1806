"""Turns the forked child into the untrusted program's process: everything is set before a line of it is read.

Whatever can't be set ends the process with the reason: it never runs less apart than was asked.
"""

from __future__ import annotations

import os
import sys

from conclab.sandbox.inside.keeper import READY
from conclab.sandbox.inside.order import BASIC, KERNEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conclab.sandbox.inside.keeper import Keeper
    from conclab.sandbox.inside.order import Order

COULD_NOT = 71  # EX_OSERR of sysexits.h


def become(keeper: Keeper) -> None:
    """Leave the keeper's session, descriptors and powers behind."""
    try:
        _leave(keeper)
        settle(keeper.order)
    except OSError as error:
        os.write(keeper.status_program, str(error).encode())
        os._exit(COULD_NOT)
    os.write(keeper.status_program, READY)
    os.close(keeper.status_program)


def _leave(keeper: Keeper) -> None:
    os.setsid()
    for fd, drain in ((1, keeper.out), (2, keeper.err)):
        os.dup2(drain.program, fd)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    close_all_but({0, 1, 2, keeper.status_program, *keeper.order.fds})
    os.chdir(keeper.order.folder)


def settle(order: Order) -> None:
    """Set what the layer asks for. Raises OSError."""
    if order.layer >= BASIC:
        from conclab.sandbox.inside import limits  # noqa: PLC0415 - NONE needs none of it

        limits.apply(order)
    if order.layer >= KERNEL:
        raise OSError(38, "KERNEL: not yet")


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
