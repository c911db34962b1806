"""Raises after a few tasks."""

from conclab.model import Bound, Workload


def run(number):
    raise ValueError(f"task {number} does not work\nsecond line")


WORKLOAD = Workload(
    run=run, arguments=lambda order: list(range(order.tasks)), bound=Bound.IO, size=1, grows=False
)
