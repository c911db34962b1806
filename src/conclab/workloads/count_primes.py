"""Count the primes below a limit by trial division: pure Python that does nothing but compute.

Here because it is what the GIL serialises: every step is bytecode, so threads in one interpreter take
turns and gain nothing, while processes and free-threaded builds use all cores. Slow on purpose; a sieve
would spend its time in C.

`size` is the limit. Cost grows a little faster than the limit: about limit ** 1.5 / log(limit).
"""

from __future__ import annotations

from math import isqrt

from conclab.model import Bound, Order, Workload


def run(limit: int) -> int:
    """Try every divisor up to the square root, for every number below the limit."""
    count = 0
    for candidate in range(2, limit):
        for divisor in range(2, isqrt(candidate) + 1):
            if candidate % divisor == 0:
                break
        else:  # no divisor found
            count += 1
    return count


def arguments(order: Order) -> list[int]:
    """Equal tasks, so that no worker draws the long straw."""
    return [order.size] * order.tasks


WORKLOAD = Workload(run=run, arguments=arguments, bound=Bound.CPU, size=2_500)
