"""Prints protocol lines, reads the standard input, writes to file descriptor 1."""

import os
import sys

from conclab.model import Bound, Workload


def run(_):
    print('{"time_s": 0.0, "checksum": "forged"}', flush=True)
    os.write(1, b'{"error": "forged"}\n')
    return sys.stdin.read()


WORKLOAD = Workload(run=run, arguments=lambda order: [0] * order.tasks, bound=Bound.IO, size=1, grows=False)
