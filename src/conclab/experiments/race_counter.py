"""A counter without a lock: how often stress tests and an exploration find the lost update."""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Variant
from conclab.search import Approach, SearchPrediction, always, never, seldom

NOT_INSIDE = (
    "with a GIL the interpreter changes threads at the end of a loop and at calls only: never in the middle "
    "of `self.n += 1`, however often it runs"
)


def stress(here: Circumstances) -> SearchPrediction:
    """With a GIL there is no chance at all; without one, hardly any."""
    if here.gil:
        return never(NOT_INSIDE)
    return seldom(
        "no GIL, but the first thread has counted before the second one is started: starting a thread takes "
        "hundreds of times as long as the one line that it runs"
    )


def tuned(here: Circumstances) -> SearchPrediction:
    """More of what can't happen doesn't make it happen."""
    if here.gil:
        return never(NOT_INSIDE)
    return always(
        "no GIL, and on two cores both threads count 10,000 times from the same moment on: sooner or later "
        "both read the same number",
        parallel=True,
    )


def explored(_: Circumstances) -> SearchPrediction:
    """It need not wait for luck."""
    return always("it decides every switch itself, and tries one between reading and writing")


EXPERIMENT = Experiment(
    question="Do a thousand runs without a failure mean that a counter needs no lock?",
    topic="races",
    workload="counter",
    workers=2,
    tasks_per_worker=1,
    variants=(
        Variant("stress", "serial", approach=Approach.STRESS, predict_search=stress),
        Variant(
            "stress-tuned",
            "serial",
            approach=Approach.TUNED,
            predict_search=tuned,
            switch_interval_s=1e-6,
        ),
        Variant("explore", "serial", approach=Approach.EXPLORE, predict_search=explored),
    ),
    lesson=(
        "No: it means that the bad moment did not come. `self.n += 1` is three steps: read n, add 1, write "
        "n. ann reads 0; bob reads 0 and writes 1; ann goes on with what she read and writes 1 too: two "
        "increments, and n is 1. CPython with a GIL happens not to change threads inside that line, so there "
        "no stress test finds it, be it ever so long; without a GIL the same test finds it at once, and one "
        "harmless call in the line is enough anywhere. Python promises neither. A stress test asks whether "
        "the bug shows on this machine today; an exploration asks whether an order exists that shows it. The "
        "cure is `with lock:` around the line. See for yourself: conclab explore "
        "conclab.programs.counter:scenario"
    ),
)
