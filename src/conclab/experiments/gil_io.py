"""The twin of gil_cpu: the same question about work that waits instead of computing."""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Prediction, Variant, overlapped


def threads(here: Circumstances) -> Prediction:
    """The number in flight decides."""
    return overlapped(here, "a thread that waits for the network has released the GIL: the waits overlap")


def processes(here: Circumstances) -> Prediction:
    """The number in flight decides."""
    return overlapped(here, "processes wait side by side too; look at what starting them cost")


def asyncio(here: Circumstances) -> Prediction:
    """The number in flight decides."""
    return overlapped(here, "a task that awaits has given control back to the loop: the waits overlap")


EXPERIMENT = Experiment(
    question="Do threads make I/O-bound Python faster?",
    topic="gil",
    workload="fetch",
    workers=8,
    variants=(
        Variant("serial", workers=1),
        Variant("threads", predict=threads),
        Variant("processes", predict=processes),
        Variant("asyncio", predict=asyncio),
        Variant("uvloop", predict=asyncio),
    ),
    lesson=(
        "Waiting needs neither a core nor the GIL: a thread lets go of the lock before it blocks, and a "
        "coroutine hands control back where it awaits. So threads and tasks overlap their waits alike, and "
        "the speedup follows the number in flight, not the number of cores. Processes do it as well, but "
        "cost far more to start."
    ),
)
