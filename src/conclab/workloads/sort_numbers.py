"""Sort a list of numbers: C code that holds the GIL from beginning to end.

Here because "it is written in C" doesn't mean "it runs in parallel". `list.sort` handles Python objects
and so keeps the lock; worse than a Python loop, it never offers it to others on the way.

`size` is the length of the list; cost grows about with size * log(size). The numbers wait in a compact
array, built once per process and size. Every task makes its own list of its own integers from it, which
is cheap beside the sorting: on a free-threaded build, threads that count references to the same objects
would slow each other down, and that is another lesson.
"""

from __future__ import annotations

from array import array
from functools import cache
from itertools import count
from operator import mul
from random import Random

from conclab.model import Bound, Order, Workload

SAMPLE = 64  # summing all of them would cost as much as a third of the sorting


@cache
def disorder(length: int) -> array[int]:
    """Numbers below 2 ** 30 in no order, the same in every process."""
    source = Random(length)
    return array("I", (source.getrandbits(30) for _ in range(length)))


def run(length: int) -> int:
    """Weighted sum of every 64th number in sorted order: wrong if any of them is out of place."""
    numbers = disorder(length).tolist()
    numbers.sort()
    return sum(map(mul, numbers[::SAMPLE], count(1)))


def arguments(order: Order) -> list[int]:
    """Equal tasks."""
    return [order.size] * order.tasks


WORKLOAD = Workload(run=run, arguments=arguments, bound=Bound.CPU, size=8_000)
