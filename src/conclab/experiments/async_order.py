"""Synchronous, callbacks, futures, async/await: the same three waits, their order and their total time."""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Prediction, Variant


def overlapping(here: Circumstances, because: str) -> Prediction:
    """All waits one after the other, against the time until the last of those side by side is over.

    The waits are n, n - 1, ... 1 units for n tasks; each worker takes the next when it is done with one.
    Starting and waking cost up to a millisecond in the thirty of the longest.
    """
    busy = [0] * min(here.workers, here.tasks)
    for wait in range(here.tasks, 0, -1):
        busy[busy.index(min(busy))] += wait
    ideal = sum(busy) / max(busy)
    return Prediction(0.9 * ideal, 1.05 * ideal, because)


def callbacks(here: Circumstances) -> Prediction:
    """Side by side."""
    return overlapping(here, "all start at once, and whoever is done calls back: the shortest wait first")


def futures(here: Circumstances) -> Prediction:
    """Side by side."""
    return overlapping(here, "all start at once; asking for the first answer waits, but the others go on")


def awaiting(here: Circumstances) -> Prediction:
    """Side by side."""
    return overlapping(here, "each task gives way where it awaits: one thread, and the waits overlap")


EXPERIMENT = Experiment(
    question="Does asynchronous code change the order in which tasks end, and how long they take?",
    topic="asyncio",
    workload="uneven-waits",
    workers=3,
    tasks_per_worker=1,
    tells_order=True,
    variants=(
        Variant("synchronous", "serial", workers=1),
        Variant("callbacks", predict=callbacks),
        Variant("futures", predict=futures),
        Variant("async/await", "asyncio", predict=awaiting),
    ),
    lesson=(
        "Synchronous: each task starts when the one before has ended, and the waits add up. Asynchronous: "
        "all start in order, the shortest wait ends first, and the whole takes as long as the longest. "
        "Callback, future and await are three ways to get hold of an answer that comes later: be called "
        "with it, ask for it, or pause until it is there. Callbacks see the answers in the order in which "
        "they come; futures and await hand them out in the order in which you ask. None of it is parallel "
        "computing: what overlaps is waiting."
    ),
)
