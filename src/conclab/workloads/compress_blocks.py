"""Compress text with zlib and unpack it again: C code that releases the GIL while it computes.

Here beside hash_blocks because people meet it more often: zlib works behind archives, downloads and
PNG files. Threads compress in parallel, each with its own block.

`size` is the number of blocks; cost is proportional to it. The answer is a checksum of the text after
the round trip and not of the compressed bytes: those differ between versions of zlib, and interpreters
on one machine may be linked with different ones.
"""

from __future__ import annotations

import zlib
from functools import cache

from conclab.model import Bound, Order, Workload

BLOCK_BYTES = 16 * 1024
DIFFERENT_BLOCKS = 8
WORDS = (  # noqa: SIM905 - common ones first; a list of literals is hard to read
    "the of and to in a is that it was for on as with be by at from this have or one had not but what "
    "thread process lock wait task queue worker event loop shared memory interpreter schedule"
).split()


@cache
def text() -> bytes:
    """Build words in a fixed disorder, common ones more often as in real text. Once per process."""
    state, chosen = 1, []
    for _ in range(DIFFERENT_BLOCKS * BLOCK_BYTES // 3):
        state = (state * 1_103_515_245 + 12_345) % 2**31  # the generator of the C standard's example
        chosen.append(WORDS[(state >> 16) % len(WORDS) * ((state >> 8) % 256) // 256])
    return " ".join(chosen).encode()


def run(blocks: int) -> int:
    """Compress and unpack so many blocks; the answer is the checksum of what came back."""
    checksum, data = 0, memoryview(text())
    for number in range(blocks):
        start = number % DIFFERENT_BLOCKS * BLOCK_BYTES
        packed = zlib.compress(data[start : start + BLOCK_BYTES])  # the GIL is released inside
        checksum = zlib.crc32(zlib.decompress(packed), checksum)
    return checksum


def arguments(order: Order) -> list[int]:
    """Equal tasks."""
    return [order.size] * order.tasks


WORKLOAD = Workload(run=run, arguments=arguments, bound=Bound.CPU, size=1, releases_gil=True)
