"""Protects the grader itself where the layer does not: a program of the same user could look into it."""

from __future__ import annotations

import sys


def shield() -> None:
    """Let no other process of this user read this one's memory, environment or descriptors, for good.

    What KERNEL and above hold anyway. It keeps debuggers and samplers out, too, and does not keep root out.
    """
    if sys.platform != "linux":
        return
    from conclab.sandbox.inside import libc  # noqa: PLC0415 - Linux only

    libc.prctl(libc.PR_SET_DUMPABLE, 0)
