"""Never returns."""

import threading

from conclab.model import Bound, Workload


def run(_):
    threading.Event().wait()


WORKLOAD = Workload(run=run, arguments=lambda order: [0] * order.tasks, bound=Bound.IO, size=1, grows=False)
