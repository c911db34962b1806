"""One blocking call freezes every task of an event loop; asyncio.to_thread mends it.

The predictions follow from the lengths: the call is as long as all ticks of another task together. Side by
side they take one such length, one after the other two.
"""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Prediction, Variant, about_one

# One length against two is 0.5. A timer of the loop is up to a millisecond late, which makes the eight
# ticks of 5 ms longer than the one call of 40 ms: 48 against 88 ms at most.
FROZEN = (0.45, 0.6)


def blocking(here: Circumstances) -> Prediction:
    """Nobody else goes on during the call."""
    if here.tasks == 1:
        return about_one("there is one task, and nobody to keep waiting")
    return Prediction(
        *FROZEN,
        "one thread for all tasks: they stand still during the call, and do their waiting after it",
    )


def to_thread(_: Circumstances) -> Prediction:
    """The call blocks a thread that nobody else needs."""
    return about_one("the call blocks another thread, and the loop goes on with the other tasks", low=0.9)


EXPERIMENT = Experiment(
    question="Does one blocking call stop all tasks of an event loop?",
    topic="asyncio",
    workload="ticks-awaiting",
    workers=8,
    tasks_per_worker=1,  # all under way at once: the call must have somebody to disturb
    variants=(
        Variant("awaiting", "asyncio"),
        Variant("blocking", "asyncio", "ticks-blocking", predict=blocking),
        Variant("to-thread", "asyncio", "ticks-to-thread", predict=to_thread),
    ),
    lesson=(
        "All coroutines of an event loop share one thread, and it changes hands only at an await. A call "
        "that blocks (time.sleep, requests.get, most database drivers, a large file) never awaits, so the "
        "whole loop stands still: other tasks, timers, connections. Await an asynchronous version of the "
        "call, or hand it to a thread: await asyncio.to_thread(call). asyncio.run(main(), debug=True) logs "
        "every step that blocks the loop for longer than a tenth of a second."
    ),
)
