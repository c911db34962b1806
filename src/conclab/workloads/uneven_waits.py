"""Wait and do nothing, the first task longest: the batch's waits are of unequal length.

Here to show order. Tasks that start in the order of the batch end in it only if each waits for the one
before; side by side the last one started, which waits least, ends first. And the whole takes as long as
the waits together, or only as long as the longest.

`size` is the shortest wait in milliseconds and stays what it is; of three tasks the others wait twice and
three times as long.
"""

from __future__ import annotations

from conclab.model import Bound, Order, Workload
from conclab.workloads.sleep import run, run_async


def arguments(order: Order) -> list[int]:
    """The longest first."""
    return [order.size * (order.tasks - position) for position in range(order.tasks)]


WORKLOAD = Workload(
    run=run,
    run_async=run_async,
    arguments=arguments,
    bound=Bound.IO,
    size=10,
    grows=False,
    releases_gil=True,
)
