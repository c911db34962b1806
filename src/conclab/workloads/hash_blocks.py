"""SHA-256 over large blocks: C code that releases the GIL while it computes.

Here because "the GIL stops threads from computing in parallel" is only true of code that holds it.
`hashlib` lets go of the lock for every piece above 2 KiB, so threads hash on all cores.

`size` is the number of blocks; cost is proportional to it. A block is large enough that taking the GIL
back between blocks costs nothing to speak of, and small enough to stay in a core's own cache.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from conclab.model import Bound, Order, Workload

BLOCK_BYTES = 256 * 1024


@cache
def block() -> bytes:
    """Build the bytes to hash, once per process at first use."""
    return bytes(range(256)) * (BLOCK_BYTES // 256)


def run(blocks: int) -> str:
    """Hash so many blocks in a row."""
    digest, data = sha256(), block()
    for _ in range(blocks):
        digest.update(data)  # the GIL is released inside
    return digest.hexdigest()[:16]


def arguments(order: Order) -> list[int]:
    """Equal tasks."""
    return [order.size] * order.tasks


WORKLOAD = Workload(run=run, arguments=arguments, bound=Bound.CPU, size=4, releases_gil=True)
