"""Takes its process with it, as a crashing C extension does."""

import os
import signal

from conclab.model import Bound, Workload


def run(_):
    os.kill(os.getpid(), signal.SIGKILL)


WORKLOAD = Workload(run=run, arguments=lambda order: [0] * order.tasks, bound=Bound.IO, size=1, grows=False)
