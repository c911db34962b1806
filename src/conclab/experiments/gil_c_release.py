"""Threads with C code: some of it releases the GIL while it computes, some holds it."""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Prediction, Variant, about_one, in_parallel


def releasing(here: Circumstances) -> Prediction:
    """Cores decide, with or without a GIL."""
    return in_parallel(here, "hashlib releases the GIL for large buffers: threads hash at the same time")


def holding(here: Circumstances) -> Prediction:
    """The GIL decides, though no Python code runs."""
    if here.gil:
        return about_one("sorting holds the GIL: being C code is not enough to run in parallel")
    return in_parallel(here, "no GIL to hold")


def pure(here: Circumstances) -> Prediction:
    """The GIL decides."""
    if here.gil:
        return about_one("pure Python holds the GIL all the time it computes")
    return in_parallel(here, "no GIL to hold")


EXPERIMENT = Experiment(
    question="Do threads help when C code does the computing?",
    topic="gil",
    workload="hash-blocks",
    variants=(
        Variant("hash serial", "serial", workers=1),
        Variant("hash threads", "threads", predict=releasing),
        Variant("sort serial", "serial", "sort-numbers", workers=1, versus="sort serial"),
        Variant("sort threads", "threads", "sort-numbers", predict=holding, versus="sort serial"),
        Variant("primes serial", "serial", "count-primes", workers=1, versus="primes serial"),
        Variant("primes threads", "threads", "count-primes", predict=pure, versus="primes serial"),
    ),
    lesson=(
        "It is not the language that decides but whether the code lets go of the GIL. hashlib, zlib and "
        "most of NumPy release it around long computations that touch no Python object, and then threads "
        "use all cores. Sorting a list compares Python objects, so it has to keep the lock, C code or not."
    ),
)
