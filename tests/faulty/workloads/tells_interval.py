"""Answers with the switch interval under which it ran; of size 0, raises it."""

import sys

from conclab.model import Bound, Workload


def run(size):
    if not size:
        raise ValueError(f"the interval is {sys.getswitchinterval()}")
    return sys.getswitchinterval()


WORKLOAD = Workload(
    run=run, arguments=lambda order: [order.size] * order.tasks, bound=Bound.CPU, size=1, grows=False
)
