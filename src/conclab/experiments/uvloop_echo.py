"""asyncio's own event loop against uvloop, on a server that does nothing but echo.

The prediction is Amdahl's law. With streams about half of a message's time is Python that both loops run
alike (coroutines, StreamReader, StreamWriter) and system calls that both make alike; the rest is the loop
and its transports, in Python or in Cython. If that half to two thirds gets two to five times faster, the
whole gets 1 / (1/2 + 1/4) = 1.3 to 1 / (1/3 + 2/15) = 2.1 times faster. With protocols instead of streams
less is left that both run alike, and the gain would be larger.
"""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Prediction, Variant


def uvloop(_: Circumstances) -> Prediction:
    """The loop's share decides; cores and GIL have no part in it."""
    return Prediction(
        1.2,
        2.4,
        "the loop and its transports are compiled instead of interpreted; the coroutines, the streams "
        "and the system calls cost what they cost before",
    )


EXPERIMENT = Experiment(
    question="Does uvloop make an asyncio server faster?",
    topic="asyncio",
    workload="echo",
    workers=1,
    variants=(
        Variant("asyncio"),
        Variant("uvloop", predict=uvloop),
    ),
    lesson=(
        "An event loop is itself a program: it asks the system who can read, and calls who waits for it. "
        "For many small messages that is most of the work, and a loop in C does it faster; the program "
        "stays the same. Few programs gain as much: whatever yours does beside that (parsing, databases, "
        "JSON) gets no faster, and one loop still uses one core."
    ),
)
