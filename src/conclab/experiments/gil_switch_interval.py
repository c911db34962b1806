"""A sweep of sys.setswitchinterval: the convoy of gil-convoy at four intervals.

The predictions follow from one formula. A round trip takes p milliseconds by itself, from 1.1 to 2.2, and
once or twice an interval for the GIL: p + i, or p + 2i. Against the default that is (p + 5) / (p + i) or
(p + 10) / (p + 2i). Each end leaves a sixth for what the formula leaves out. As in gil-convoy, a server
that answered at once was no good: what was measured then was who woke up first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.model import Circumstances, Experiment, Prediction, Variant, about_one

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_MS = 5.0
TRIP_MS = (1.1, 2.2)
# On one core the server needs it too, and waits for a slice of 4 ms at each of three wakings at worst.
TRIP_ON_ONE_CORE_MS = (1.1, 2.2 + 3 * 4)
SLACK = 6 / 5


def trips(interval_ms: float, because: str) -> Callable[[Circumstances], Prediction]:
    """Predict by the formula; the ends are where the trip is shortest or longest, the waits one or two."""

    def predict(here: Circumstances) -> Prediction:
        if not here.gil:
            return about_one("no GIL: threads don't take turns, so there is no interval to wait for", low=0.6)
        ends = [
            (trip_ms + waits * DEFAULT_MS) / (trip_ms + waits * interval_ms)
            for trip_ms in (TRIP_MS if here.cores > 1 else TRIP_ON_ONE_CORE_MS)
            for waits in (1, 2)
        ]
        return Prediction(min(ends) / SLACK, max(ends) * SLACK, because)

    return predict


EXPERIMENT = Experiment(
    question="Does a shorter switch interval help a thread that waits beside one that computes?",
    topic="gil",
    workload="round-trips",
    workers=1,
    tasks_per_worker=1,  # at 20 ms one takes half a second
    variants=(
        Variant("5 ms", "beside-thread", switch_interval_s=0.005),
        Variant(
            "20 ms",
            "beside-thread",
            predict=trips(20, "every answer waits for the GIL four times as long as by default"),
            switch_interval_s=0.020,
        ),
        Variant(
            "1 ms",
            "beside-thread",
            predict=trips(1, "a fifth of the interval to wait for, but the round trip itself stays"),
            switch_interval_s=0.001,
        ),
        Variant(
            "0.1 ms",
            "beside-thread",
            predict=trips(
                0.1, "the wait for the GIL is shorter than the round trip: what is left is the trip"
            ),
            switch_interval_s=0.0001,
        ),
    ),
    lesson=(
        "The switch interval is how long a thread waits for the GIL before it asks for it, and 5 ms is the "
        "default: a compromise. Shorter, and a thread that waits for the network goes on sooner; but all "
        "threads that compute are interrupted more often, and every switch costs them some microseconds "
        "and cold caches, so the same computing takes longer. Longer, and it is the other way round. It is "
        "one number for the whole interpreter (sys.setswitchinterval), and it mends the symptom: the cure "
        "is not to compute where others wait."
    ),
)
