"""Started by `launching` as `python -I -S boot.py`, with the control socket as its standard input.

The interpreter that starts here forks once: the parent becomes the keeper, the child the program.
Inside namespaces it starts a second time, and goes on as the program.
"""

import os
import sys

CONTROL = 0


def _received(fd: int) -> bytes:
    length = int.from_bytes(_exactly(fd, 4), "big")
    return _exactly(fd, length)


def _exactly(fd: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = os.read(fd, size - len(data))
        if not more:
            os._exit(0)  # whoever asked is gone
        data += more
    return data


def _start(sources: str, *inside: str) -> None:
    """Return in the program's process alone, when it is set apart."""
    sys.path.insert(0, sources)
    from conclab.sandbox.inside import keeper, order, worker  # noqa: PLC0415 - the path is known only now

    sys.path.pop(0)  # what else lies there is no part of the program's standard library
    if inside:
        worker.run(worker.wake(*map(int, inside)))
        return
    kept = keeper.Keeper(CONTROL, order.unpacked(_received(CONTROL)))
    worker.prepare(kept.order.layer)
    kept.prepare()
    child = os.fork()
    if child:
        kept.stay(child)
        os._exit(0)
    worker.become(kept)
    worker.run(kept.order)


_start(*sys.argv[1:])
