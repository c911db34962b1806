"""Starts a process in a session of its own and forgets it."""

import subprocess
import sys

from conclab.model import Bound, Workload


def run(_):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"], start_new_session=True)
    return 0


WORKLOAD = Workload(run=run, arguments=lambda order: [0] * order.tasks, bound=Bound.IO, size=1, grows=False)
