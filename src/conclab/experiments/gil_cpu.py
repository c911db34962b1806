"""The first question of every course: pure-Python computing under each strategy."""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Prediction, Variant, about_one, in_parallel


def threads(here: Circumstances) -> Prediction:
    """The GIL decides."""
    if here.gil:
        return about_one("one GIL: only one thread at a time runs Python code, and handing it over costs")
    return in_parallel(here, "no GIL: every thread runs Python code on a core of its own")


def processes(here: Circumstances) -> Prediction:
    """Cores decide."""
    return in_parallel(here, "every process has an interpreter and a GIL of its own")


def asyncio(_: Circumstances) -> Prediction:
    """Nothing here ever awaits."""
    return about_one("one thread, and tasks take turns only where they await: computing never does", low=0.9)


def interpreters(here: Circumstances) -> Prediction:
    """Cores decide."""
    return in_parallel(here, "every subinterpreter has a GIL of its own, though they share a process")


EXPERIMENT = Experiment(
    question="Do threads make CPU-bound Python faster?",
    topic="gil",
    workload="count-primes",
    variants=(
        Variant("serial", workers=1),
        Variant("threads", predict=threads),
        Variant("processes", predict=processes),
        Variant("asyncio", predict=asyncio),
        Variant("interpreters", predict=interpreters),
    ),
    lesson=(
        "The GIL is held by whoever computes. Threads of one interpreter take turns at it, so pure-Python "
        "computing gets no faster by adding threads; processes and subinterpreters each bring a GIL of "
        "their own and use the cores, at the price of starting them and copying what they exchange. On a "
        "free-threaded build there is no GIL to wait for, and threads alone are enough."
    ),
)
