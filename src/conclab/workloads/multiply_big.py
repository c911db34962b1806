"""Raise a number to a huge power modulo a big prime: one C call that holds the GIL until it is done.

Here beside sort_numbers as the purest case: a task is a single call into C, hundreds of multiplications
of big integers long. No other thread of the interpreter runs meanwhile, however often it asks.

`size` is the length of the exponent in bits; cost is proportional to it. The start is beyond the length
at which CPython changes its method, so that more bits always mean more work.
"""

from __future__ import annotations

from conclab.model import Bound, Order, Workload

MODULUS = 2**521 - 1  # a Mersenne prime
PRIME = 1_000_000_007  # keeps the answer small


def run(bits: int) -> int:
    """3 ** (2 ** bits - 1) modulo a prime of 521 bits, modulo a small prime."""
    return pow(3, (1 << bits) - 1, MODULUS) % PRIME


def arguments(order: Order) -> list[int]:
    """Equal tasks."""
    return [order.size] * order.tasks


WORKLOAD = Workload(run=run, arguments=arguments, bound=Bound.CPU, size=600)
