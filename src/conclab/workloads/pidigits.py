"""Digits of pi, one after the other: pure Python whose numbers grow without end.

Here beside count_primes because it computes in another way: few steps of bytecode, each on integers of
hundreds of digits that are allocated and freed at once. It holds the GIL like all Python code.

`size` is the number of digits. The numbers get longer with every digit, so cost grows about with the
square of the size. The method is the unbounded spigot of Jeremy Gibbons ("Unbounded Spigot Algorithms
for the Digits of Pi", American Mathematical Monthly 113, 2006), with its own names for the state.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from conclab.model import Bound, Order, Workload

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIME = 1_000_000_007  # keeps the checksum small


def digits() -> Iterator[int]:
    """3, 1, 4, 1, 5, 9, ... for as long as somebody asks."""
    q, r, t, k, n, m = 1, 0, 1, 1, 3, 3
    while True:
        if 4 * q + r - t < n * t:  # the next digit is certain
            yield n
            q, r, n = 10 * q, 10 * (r - n * t), (10 * (3 * q + r)) // t - 10 * n
        else:  # take in one more term of the series
            q, r, t, k, n, m = (
                q * k,
                (2 * q + r) * m,
                t * m,
                k + 1,
                (q * (7 * k + 2) + r * m) // (t * m),
                m + 2,
            )


def run(count: int) -> int:
    """Read the first digits of pi as one number, modulo a prime."""
    checksum = 0
    for digit in islice(digits(), count):
        checksum = (checksum * 10 + digit) % PRIME
    return checksum


def arguments(order: Order) -> list[int]:
    """Equal tasks."""
    return [order.size] * order.tasks


WORKLOAD = Workload(run=run, arguments=arguments, bound=Bound.CPU, size=150)
